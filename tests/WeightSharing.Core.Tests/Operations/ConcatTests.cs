using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ConcatTests
{
    [Fact]
    public void Tensors_follow_each_other_along_the_dimension()
    {
        Tensor<int> a = Tensor.From(new[,] { { 1, 2 }, { 3, 4 } }), b = Tensor.From(new[,] { { 5 }, { 6 } });
        Assert.Equal([1, 2, 5, 3, 4, 6], Tensor.Concat([a, b], 1).ToArray());
        Assert.Equal(new Shape(4, 2), Tensor.Concat([a, a], -2).Shape);
        Assert.Same(a, Tensor.Concat([a], 0));
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(
        xs => Tensor.Concat<double>(xs, 1).Pow(2.0), Expect.Values([2, 3], "a"), Expect.Values([2, 1], "b"), Expect.Values([2, 2], "c"));

    [Fact]
    public void The_same_tensor_may_come_twice() => Expect.Gradients(x => Tensor.Concat([x, x], 0).Pow(2.0), Expect.Values([2, 3]));

    [Fact]
    public void Empty_parts_are_legal() => Expect.Empty(xs => Tensor.Concat<double>(xs, 0), [0, 3], new Shape(0, 3), new Shape(0, 3));

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Concat: tensor 1 has shape [3, 3], the first [2, 3]; they may differ in dimension 1 only.",
            () => Tensor.Concat([Expect.Values([2, 3]), Expect.Values([3, 3])], 1));
        Expect.Throws<ArgumentException>("Concat: no tensors; there must be at least one.", () => Tensor.Concat<double>([], 0));
        Expect.Throws<ArgumentOutOfRangeException>("Concat: dimension 2 does not exist", () => Tensor.Concat([Expect.Values([2, 3])], 2));
    }
}
