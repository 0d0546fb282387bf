using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class DiagonalTests
{
    [Fact]
    public void Equal_positions_become_the_last_dimension()
    {
        Tensor<int> x = Tensor.Arange<int>(12).Reshape(2, 3, 2);
        Assert.Equal([0, 3, 6, 9], x.Diagonal().ToArray());
        Assert.Equal(new Shape(3, 2), x.Diagonal(0, 2).Shape);
        Assert.Equal([0, 7, 2, 9, 4, 11], x.Diagonal(2, 0).ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Diagonal(0, 2).Pow(2.0), Expect.Values([3, 2, 4]));

    [Fact]
    public void Diagonals_beside_the_main_one_are_shorter()
    {
        Tensor<int> x = Tensor.Arange<int>(12).Reshape(3, 4);
        Assert.Equal([1, 6, 11], x.Diagonal(offset: 1).ToArray());
        Assert.Equal([3], x.Diagonal(offset: 3).ToArray());
        Assert.Equal([4, 9], x.Diagonal(offset: -1).ToArray());
        Assert.Equal([4, 9], x.Diagonal(1, 0, 1).ToArray());
        Assert.Equal(0, x.Diagonal(offset: 4).Count);
        Expect.Gradients(v => v.Diagonal(offset: -1).Pow(2.0), Expect.Values([2, 3, 4]));
    }

    [Fact]
    public void Matrices_are_made_of_their_diagonals()
    {
        Expect.Close(Tensor.From(new double[,] { { 2, 0 }, { 0, 3 } }), Tensor.From(2.0, 3).DiagonalEmbed(), 0);
        Expect.Close(Tensor.From(new double[,] { { 0, 2, 0 }, { 0, 0, 3 }, { 0, 0, 0 } }), Tensor.From(2.0, 3).DiagonalEmbed(1), 0);
        Tensor<int> x = Tensor.Arange<int>(6).Reshape(2, 3);
        Assert.Equal(new Shape(2, 5, 5), x.DiagonalEmbed(-2).Shape);
        Assert.Equal(x.ToArray(), x.DiagonalEmbed(-2).Diagonal(offset: -2).ToArray());
        Expect.Gradients(v => v.DiagonalEmbed(1).Pow(2.0), Expect.Values([2, 3]));
        Expect.Throws<ArgumentOutOfRangeException>("DiagonalEmbed: dimension -1 of a scalar", () => Tensor.Scalar(1.0).DiagonalEmbed());
    }

    [Fact]
    public void Traces_are_sums_of_diagonals()
    {
        Assert.Equal([0.0 + 3, 4 + 7], Tensor.Arange<double>(8).Reshape(2, 2, 2).Trace().ToArray());
        Expect.Gradients(v => v.Trace().Pow(2.0), Expect.Values([2, 3, 4]));
        Expect.Throws<ArgumentOutOfRangeException>("Trace: dimension -2 does not exist in shape [3]", () => Expect.Values([3]).Trace());
    }

    [Fact]
    public void Empty_matrices_have_empty_diagonals() => Expect.Empty(xs => xs[0].Diagonal(), [0], new Shape(0, 3));

    [Fact]
    public void One_dimension_twice_is_refused() => Expect.Throws<ArgumentException>(
        "Diagonal: dimensions 1 and -1 of shape [2, 3] are the same; a diagonal needs two.", () => Expect.Values([2, 3]).Diagonal(1, -1));
}
