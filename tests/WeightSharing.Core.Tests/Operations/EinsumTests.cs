using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class EinsumTests
{
    [Fact]
    public void Equations_agree_with_operations()
    {
        Tensor<double> a = Expect.Values([2, 3, 4], "a"), b = Expect.Values([2, 4, 5], "b"), m = Expect.Values([3, 3], "m"), v = Expect.Values([3], "v");
        Expect.Close(a.MatMul(b), Tensor.Einsum("bik,bkj->bij", a, b));
        Expect.Close(a.MatMul(b).Permute(2, 0, 1), Tensor.Einsum("bik, bkj -> jbi", a, b));
        Expect.Close(m.Diagonal(), Tensor.Einsum("ii->i", m));
        Expect.Close(m.Diagonal().Sum(), Tensor.Einsum("ii", m));
        Expect.Close(m.Transpose(), Tensor.Einsum("ba", m));
        Expect.Close(m.MatMul(v), Tensor.Einsum("ij,j", m, v));
        Expect.Close(v.Outer(v), Tensor.Einsum("i,j->ij", v, v));
        Expect.Close(m * v, Tensor.Einsum("ij,j->ij", m, v));
        Expect.Close(a.Sum([0, 2]), Tensor.Einsum("abc->b", a));
        Expect.Close(m.Sum() * v.Sum(), Tensor.Einsum("ij,k->", m, v));
        Expect.Close(v.MatMul(m).MatMul(v), Tensor.Einsum("i,ij,j->", v, m, v));
        Expect.Close((a * a).Sum(), Tensor.Einsum("abc,abc->", a, a));
    }

    [Fact]
    public void Letters_that_occur_three_times_become_one_diagonal()
    {
        Tensor<double> x = Expect.Values([2, 2, 2, 3]);
        Expect.Close(Tensor.Stack([x.Select(0, 0).Select(0, 0).Select(0, 0), x.Select(0, 1).Select(0, 1).Select(0, 1)]), Tensor.Einsum("iiij->ij", x));
        Expect.Close(x.Diagonal(0, 1).Diagonal(0, 2).Sum(1), Tensor.Einsum("iiij->j", x));
    }

    [Fact]
    public void An_ellipsis_stands_for_dimensions_that_broadcast()
    {
        Tensor<double> a = Expect.Values([2, 1, 3, 4], "a"), b = Expect.Values([5, 4, 2], "b"), v = Expect.Values([4], "v");
        Expect.Close(a.MatMul(b), Tensor.Einsum("...ij,...jk->...ik", a, b));
        Expect.Close(a.MatMul(b), Tensor.Einsum("...ij,...jk", a, b));
        Expect.Close(a.MatMul(b).Sum([0, 1]), Tensor.Einsum("...ij,...jk->ik", a, b));
        Expect.Close(a.MatMul(v), Tensor.Einsum("...j,j", a, v));
        Expect.Close(a.Permute(3, 1, 2, 0), Tensor.Einsum("a...b->b...a", a));
        Expect.Close(b.Sum(0), Tensor.Einsum("n...->...", b));
        Expect.Close(v * v, Tensor.Einsum("...,...->...", v, v));
        Expect.Close(v.Outer(v), Tensor.Einsum("i...,...j->ij", v, v));
        Expect.Gradients(xs => Tensor.Einsum<double>("...ij,...jk->...ik", xs), a, b);
    }

    [Fact]
    public void A_named_dimension_of_one_broadcasts()
    {
        Tensor<double> a = Expect.Values([2, 1], "a"), b = Expect.Values([2, 3], "b"), one = Expect.Values([1, 3], "one");
        Expect.Close(a * b, Tensor.Einsum("ij,ij->ij", a, b));
        Expect.Close((a * b).Sum(), Tensor.Einsum("ij,ij->", a, b));
        Expect.Close(a * one, Tensor.Einsum("ij,ij->ij", a, one));
        Expect.Gradients(xs => Tensor.Einsum<double>("ij,ij->i", xs), a, one);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(xs => Tensor.Einsum<double>("bi,oij,bj->bo", xs), Expect.Values([2, 3], "a"), Expect.Values([4, 3, 2], "b"), Expect.Values([2, 2], "c"));
        Expect.Gradients(x => Tensor.Einsum("ij,jk,kl->il", x, x, x), Expect.Values([3, 3]));
        Expect.Gradients((Tensor<double> x) => Tensor.Einsum("iij->j", x), Expect.Values([2, 2, 3]));
    }

    [Fact]
    public void Empty_dimensions_sum_to_zero() => Expect.Empty(xs => Tensor.Einsum<double>("ij,jk->ik", xs), [2, 3], new Shape(2, 0), new Shape(0, 3));

    [Theory]
    [InlineData("ij,jk->ik->", "it may have one arrow")]
    [InlineData("i1,jk->ik", "dimensions are named by the letters a to z and A to Z, and those without a name by ...")]
    [InlineData("i..,jk->ik", "dimensions are named by the letters a to z and A to Z, and those without a name by ...")]
    [InlineData("......,jk->jk", "an ellipsis may occur once in a part")]
    [InlineData("ij->ij", "it names 1 operands, 2 are given")]
    [InlineData("ij,jk->ii", "a letter occurs twice on the right")]
    [InlineData("ij,jk->il", "a letter on the right does not occur on the left")]
    public void Malformed_equations_are_refused(string equation, string rule) => Expect.Throws<ArgumentException>(
        $"Einsum: equation \"{equation}\": {rule}.", () => Tensor.Einsum(equation, Expect.Values([2, 3]), Expect.Values([3, 2])));

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Einsum: equation \"ij,jk\": dimension 0 of operand 1 [4, 2] is 4, but 'j' was 3 before; they must be equal, or one of them 1.",
            () => Tensor.Einsum("ij,jk", Expect.Values([2, 3]), Expect.Values([4, 2])));
        Expect.Throws<ArgumentException>("Einsum: equation \"ijk\": operand 0 has shape [2, 3], its part \"ijk\" names 3 dimensions.",
            () => Tensor.Einsum("ijk", Expect.Values([2, 3])));
        Expect.Throws<ArgumentException>("Einsum: equation \"...ijk\": operand 0 has shape [2, 3], its part \"...ijk\" names 3 dimensions besides the ellipsis.",
            () => Tensor.Einsum("...ijk", Expect.Values([2, 3])));
        Expect.Throws<ArgumentException>("Einsum: equation \"...i,...i\": dimension 0 of operand 1 [3, 4] is 3, but this dimension of the ellipsis was 2 before; they must be equal, or one of them 1.",
            () => Tensor.Einsum("...i,...i", Expect.Values([2, 4]), Expect.Values([3, 4])));
        Expect.Throws<ArgumentException>("Einsum: equation \"ii\": dimension 1 of operand 0 [1, 3] is 3, but 'i' was 1 before; they must be equal.",
            () => Tensor.Einsum("ii", Expect.Values([1, 3])));
    }
}
