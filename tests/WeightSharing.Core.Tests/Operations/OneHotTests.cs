using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class OneHotTests
{
    [Fact]
    public void Classes_become_unit_vectors()
    {
        Tensor<float> y = Tensor.OneHot<float>(Tensor.From(new[,] { { 2, 0 } }), 3);
        Assert.Equal(new Shape(1, 2, 3), y.Shape);
        Assert.Equal([0f, 0f, 1f, 1f, 0f, 0f], y.ToArray());
        Assert.Equal(new Shape(0, 3), Tensor.OneHot<int>(Tensor.Zeros<int>([0]), 3).Shape);
    }

    [Fact]
    public void Classes_outside_are_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "OneHot: class 3 lies outside 3 classes; expected 0 to 2.", () => Tensor.OneHot<double>(Tensor.From(3), 3));
}
