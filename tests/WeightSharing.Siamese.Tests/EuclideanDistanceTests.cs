using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class EuclideanDistanceTests
{
    [Fact]
    public void Is_the_length_of_the_difference_or_its_square()
    {
        Tensor<double> a = Tensor.From(new double[,] { { 0, 0 }, { 1, 1 } }), b = Tensor.From(new double[,] { { 3, 4 }, { 1, 2 } });
        Assert.Equal([5.0, 1], new EuclideanDistance<double>().Forward(a, b).ToArray());
        Assert.Equal([25.0, 1], new EuclideanDistance<double>(squared: true).Forward(a, b).ToArray());
    }

    [Fact]
    public void A_copy_measures_the_same()
    {
        EuclideanDistance<double> copy = new EuclideanDistance<double>(squared: true).Clone();
        Assert.True(copy.IsSquared);
        Assert.Empty(copy.Parameters);
    }
}
