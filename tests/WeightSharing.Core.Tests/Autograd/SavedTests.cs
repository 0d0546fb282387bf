using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Autograd;

public class SavedTests
{
    [Fact]
    public void A_change_of_the_buffer_through_any_view_is_noticed()
    {
        Tensor<float> x = Tensor.Ones<float>([2, 2]);
        var saved = new Saved<float>(x.Transpose());
        _ = x.ToArray();
        Assert.True(saved.IsUnchanged);
        x[1..].Fill(3);
        Assert.False(saved.IsUnchanged);
        Assert.Throws<ArgumentNullException>(() => new Saved<float>(null!));
    }
}
