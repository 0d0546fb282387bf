using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TriangleTests
{
    [Fact]
    public void Masks_hold_on_their_side_of_the_diagonal()
    {
        Assert.Equal([true, false, false, true, true, false], Tensor.LowerTriangularMask(2, 3).ToArray());
        Assert.Equal([true, true, false, true, true, true], Tensor.LowerTriangularMask(2, 3, 1).ToArray());
        Assert.Equal([true, true, true, false, true, true], Tensor.UpperTriangularMask(2, 3).ToArray());
        Assert.Equal([true, true, true, true, true, true], Tensor.UpperTriangularMask(2, 3, -1).ToArray());
    }

    [Fact]
    public void The_other_side_is_zero_whatever_it_was()
    {
        Tensor<double> x = Tensor.From(new[,] { { 1, double.NaN }, { 3, 4 } });
        Expect.Close(Tensor.From(new double[,] { { 1, 0 }, { 3, 4 } }), x.LowerTriangle(), 0);
        Expect.Close(Tensor.From(new[,] { { 0, double.NaN }, { 0, 0 } }), x.UpperTriangle(1), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.LowerTriangle(-1).Pow(2.0), Expect.Values([2, 3, 3]));
        Expect.Gradients(x => x.UpperTriangle().Pow(2.0), Expect.Values([3, 4]));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].LowerTriangle(), [0, 3], new Shape(0, 3));

    [Fact]
    public void Vectors_are_refused() => Expect.Throws<ArgumentException>(
        "UpperTriangle: shape [3]; a matrix needs at least two dimensions.", () => Expect.Values([3]).UpperTriangle());
}
