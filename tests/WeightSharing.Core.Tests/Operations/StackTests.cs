using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class StackTests
{
    [Fact]
    public void Tensors_follow_each_other_along_a_new_dimension()
    {
        Tensor<int> a = Tensor.From(1, 2), b = Tensor.From(3, 4);
        Assert.Equal([1, 2, 3, 4], Tensor.Stack([a, b]).ToArray());
        Assert.Equal([1, 3, 2, 4], Tensor.Stack([a, b], -1).ToArray());
        Assert.Equal(new Shape(2, 2), Tensor.Stack([a, b], 1).Shape);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(
        xs => Tensor.Stack<double>(xs, 1).Pow(2.0), Expect.Values([2, 3], "a"), Expect.Values([2, 3], "b"), Expect.Values([2, 3], "c"));

    [Fact]
    public void The_same_tensor_may_come_twice() => Expect.Gradients(x => Tensor.Stack([x, x]).Pow(2.0), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_are_legal() => Expect.Empty(xs => Tensor.Stack<double>(xs), [2, 0], new Shape(0), new Shape(0));

    [Fact]
    public void Shapes_that_differ_and_positions_that_do_not_exist_are_refused()
    {
        Expect.Throws<ArgumentException>("Stack: tensor 1 has shape [3], the first [2]; they must be equal.",
            () => Tensor.Stack([Expect.Values([2]), Expect.Values([3])]));
        Expect.Throws<ArgumentException>("Stack: no tensors; there must be at least one.", () => Tensor.Stack<double>([]));
        Expect.Throws<ArgumentOutOfRangeException>("Stack: position 2 does not exist for tensors of shape [2]; expected -2 to 1.",
            () => Tensor.Stack([Expect.Values([2])], 2));
    }
}
