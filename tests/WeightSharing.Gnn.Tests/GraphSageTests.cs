using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphSageTests
{
    [Theory]
    [InlineData(Aggregation.Mean)]
    [InlineData(Aggregation.Sum)]
    [InlineData(Aggregation.Max)]
    public void Is_its_formula_node_by_node(Aggregation aggregation)
    {
        var layer = new GraphSage<double>(3, 2, aggregation);
        layer.Initialize(1);
        Graph graph = GraphTests.Random(6);
        Tensor<double> x = Tensor.Normal<double>([6, 3], RandomKey.Of(1)), y = layer.Forward(x, graph), adjacency = graph.Adjacency<double>().ToDense();
        for (int node = 0; node < 6; node++)
        {
            Tensor<double> neighbours = x.IndexSelect(0, Tensor.From(Enumerable.Range(0, 6).Where(other => adjacency[node, other] != 0).ToArray()));
            Tensor<double> one = aggregation switch
            {
                Aggregation.Mean => neighbours.Mean(0),
                Aggregation.Sum => neighbours.Sum(0),
                _ => neighbours.Max(0),
            };
            Tensor<double> expected = one.Unsqueeze(0).Linear(layer.NeighbourWeight.Value, layer.Bias!.Value) + x[node..(node + 1)].Linear(layer.SelfWeight.Value);
            Assert.True((expected - y[node..(node + 1)]).Abs().Max().Item() < 1e-13);
        }
    }

    [Fact]
    public void Outputs_can_be_brought_to_length_one()
    {
        var layer = new GraphSage<double>(3, 2, normalize: true, bias: false);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([6, 3], RandomKey.Of(1));
        Assert.All(layer.Forward(x, GraphTests.Random(6)).Norm(1).ToArray(), length => Assert.Equal(1, length, 13));
        Assert.Equal(new double[12], layer.Forward(Tensor.Zeros<double>(6, 3), GraphTests.Random(6)).ToArray());
    }

    [Fact]
    public void Has_the_names_of_PyTorch_Geometric() => Assert.Equal(
        ["lin_l.bias", "lin_l.weight", "lin_r.weight"], new GraphSage<double>(3, 2).Parameters.Named.Select(pair => pair.Name).Order(StringComparer.Ordinal));
}
