using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Autograd;

public class LeafTests
{
    [Fact]
    public void The_buffer_of_a_gradient_is_made_once()
    {
        Tensor<float> x = Tensor.Ones<float>(3).RequireGradient();
        x.Sum().Backward();
        Tensor<float> first = x.Gradient!;
        x.ZeroGradient();
        (x * 2).Sum().Backward();
        Assert.Same(first, x.Gradient);
        Assert.Equal([2f, 2f, 2f], first.ToArray());
    }

    [Fact]
    public void The_gradient_is_a_copy_of_what_arrived()
    {
        Tensor<float> x = Tensor.Ones<float>(3).RequireGradient(), seed = Tensor.From(1f, 2f, 3f);
        (x * 1).Backward(seed);
        (x + 0).Backward(seed);
        seed.Fill(0);
        Assert.Equal([2f, 4f, 6f], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_writable_gradient_begins_with_zeros_and_is_added_to()
    {
        var leaf = new Leaf<float>(2);
        Assert.Equal([0f, 0f], leaf.Writable().ToArray());
        leaf.Writable().Fill(5);
        Assert.Equal([5f, 5f], leaf.Gradient!.ToArray());
        leaf.Zero();
        Assert.Null(leaf.Gradient);
        Assert.Equal([0f, 0f], leaf.Writable().ToArray());
    }
}
