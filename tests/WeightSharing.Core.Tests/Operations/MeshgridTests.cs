using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MeshgridTests
{
    [Fact]
    public void Every_axis_is_spread_over_the_grid()
    {
        Tensor<double>[] grid = Tensor.Meshgrid(Tensor.From(1.0, 2), Tensor.From(3.0, 4, 5));
        Expect.Close(Tensor.From(new double[,] { { 1, 1, 1 }, { 2, 2, 2 } }), grid[0], 0);
        Expect.Close(Tensor.From(new double[,] { { 3, 4, 5 }, { 3, 4, 5 } }), grid[1], 0);
        Tensor<int>[] whole = Tensor.Meshgrid(Tensor.Arange<int>(2), Tensor.Scalar(7), Tensor.Arange<int>(3));
        Assert.Equal(new Shape(2, 1, 3), whole[1].Shape);
        Assert.Equal([0, 1, 2, 0, 1, 2], whole[2].ToArray());
        Assert.Equal([0, 0, 0, 1, 1, 1], whole[0].ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients((a, b) =>
    {
        Tensor<double>[] grid = Tensor.Meshgrid(a, b);
        return grid[0].Pow(2.0) * grid[1];
    }, Expect.Values([3], "a"), Expect.Values([2], "b"));

    [Fact]
    public void A_matrix_is_no_axis() =>
        Expect.Throws<ArgumentException>("Meshgrid: axis 1 has shape [2, 2]; it must be a vector.", () => Tensor.Meshgrid(Expect.Values([2]), Expect.Values([2, 2])));
}
