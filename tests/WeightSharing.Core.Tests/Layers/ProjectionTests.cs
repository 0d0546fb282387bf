using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class ProjectionTests
{
    [Fact]
    public void Computes_x_times_the_transposed_weight_plus_bias_and_counts_positions()
    {
        var layer = new Projection<double>(new Parameter<double>(Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2])), new Weight<double>(new Parameter<double>(Tensor.From(10.0, 20, 30))));
        Assert.Equal([15.0, 31, 47, 13, 27, 41], layer.Forward(Tensor.From([1.0, 2, 1, 1], [1, 2, 2])).ToArray());
        Assert.Equal(2, layer.Weight.Parameter.Ledger.Usages.Single().Positions);
        Assert.Equal(["weight", "bias"], layer.Clone().Parameters.Named.Select(pair => pair.Name));
    }
}
