using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TensorDotTests
{
    [Fact]
    public void It_is_the_sum_of_products_in_Einsteins_notation()
    {
        Tensor<double> a = Expect.Values([2, 3, 4], "a"), b = Expect.Values([3, 4, 5], "b");
        Expect.Close(Tensor.Einsum("ijk,jkl->il", a, b), a.TensorDot(b), 1e-14);
        Expect.Close(Tensor.Einsum("ijk,lij->kl", a, b.Permute(2, 0, 1).Slice(1, 0, 2).Slice(2, 0, 3)), a.TensorDot(b.Permute(2, 0, 1).Slice(1, 0, 2).Slice(2, 0, 3), [0, 1], [1, 2]), 1e-14);
        Assert.Equal(new Shape(2, 3, 4, 3, 4, 5), a.TensorDot(b, 0).Shape);
    }

    [Fact]
    public void The_Kronecker_product_repeats_the_right_operand()
    {
        Tensor<double> a = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 } }), b = Tensor.From(0.0, 5);
        Expect.Close(Tensor.From(new double[,] { { 0, 5, 0, 10 }, { 0, 15, 0, 20 } }), a.Kronecker(b), 0);
        Expect.Close(Tensor.From(new double[,] { { 0, 0, 5, 10 }, { 0, 0, 15, 20 } }), b.Kronecker(a), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.TensorDot(b, 1), Expect.Values([2, 3], "a"), Expect.Values([3, 2, 2], "b"));
        Expect.Gradients((a, b) => a.TensorDot(b, [0], [1]), Expect.Values([3, 2], "a"), Expect.Values([2, 3], "b"));
        Expect.Gradients((a, b) => a.Kronecker(b), Expect.Values([2, 2], "a"), Expect.Values([3], "b"));
        Expect.Gradients(x => x.Kronecker(x) + x.TensorDot(x, 2), Expect.Values([2, 2]).Slice(0, 0, 1).Slice(1, 0, 1));
    }

    [Fact]
    public void Dimensions_that_do_not_agree_are_refused()
    {
        Tensor<double> a = Expect.Values([2, 3]), b = Expect.Values([2, 4]);
        Expect.Throws<ArgumentException>("TensorDot: left [2, 3] · right [2, 4]; the last 1 of left must be the first of right.", () => a.TensorDot(b, 1));
        Expect.Throws<ArgumentException>("TensorDot: 2 dimensions of left [2, 3] · 1 of right [2, 4]; they go in pairs.", () => a.TensorDot(b, [0, 1], [0]));
        Expect.Throws<ArgumentException>("TensorDot: a dimension of [2, 3] occurs twice in [0, 0].", () => a.TensorDot(b, [0, 0], [0, 1]));
        Expect.Throws<ArgumentException>("Kronecker: left [1, 1, 1, 1, 1] · right [2]; at most 4 dimensions.", () => Tensor.Ones<double>(1, 1, 1, 1, 1).Kronecker(Tensor.Ones<double>(2)));
    }

    [Fact]
    public void Sums_over_nothing_are_zero() => Expect.Empty(xs => xs[0].TensorDot(xs[1], 1), [2, 2], new Shape(2, 0), new Shape(0, 2));
}
