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
    public void Empty_matrices_have_empty_diagonals() => Expect.Empty(xs => xs[0].Diagonal(), [0], new Shape(0, 3));

    [Fact]
    public void One_dimension_twice_is_refused() => Expect.Throws<ArgumentException>(
        "Diagonal: dimensions 1 and -1 of shape [2, 3] are the same; a diagonal needs two.", () => Expect.Values([2, 3]).Diagonal(1, -1));
}
