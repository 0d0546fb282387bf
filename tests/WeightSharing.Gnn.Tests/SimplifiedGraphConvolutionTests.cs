using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class SimplifiedGraphConvolutionTests
{
    [Fact]
    public void Is_a_linear_map_of_propagated_features()
    {
        var layer = new SimplifiedGraphConvolution<double>(4, 3, hops: 3);
        layer.Initialize(1);
        Graph graph = GraphTests.Random(8);
        Tensor<double> x = Tensor.Normal<double>([8, 4], RandomKey.Of(1));
        Assert.Equal(graph.Propagate(x, 3).Linear(layer.Weight.Value, layer.Bias!.Value).ToArray(), layer.Forward(x, graph).ToArray());
        Assert.Equal(["lin.weight", "lin.bias"], layer.Parameters.Named.Select(pair => pair.Name));
    }

    [Fact]
    public void Is_a_chain_of_linear_graph_convolutions()
    {
        // Without nonlinearities between them the layers' weights multiply into one.
        var first = new GraphConvolution<double>(4, 5, bias: false);
        var second = new GraphConvolution<double>(5, 3, bias: false);
        var chain = new GraphSequential<double>(first, second);
        chain.Initialize(1);
        var layer = new SimplifiedGraphConvolution<double>(4, 3, hops: 2, bias: false);
        layer.Weight.Parameter.Set(second.Weight.Value.MatMul(first.Weight.Value));
        Graph graph = GraphTests.Random(8);
        Tensor<double> x = Tensor.Normal<double>([8, 4], RandomKey.Of(1));
        Assert.True((chain.Forward(x, graph) - layer.Forward(x, graph)).Abs().Max().Item() < 1e-13);
    }

    [Fact]
    public void Zero_hops_is_a_dense_layer_and_fewer_are_refused()
    {
        var layer = new SimplifiedGraphConvolution<double>(4, 3, hops: 0);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([8, 4], RandomKey.Of(1));
        Assert.Equal(x.Linear(layer.Weight.Value, layer.Bias!.Value).ToArray(), layer.Forward(x, GraphTests.Random(8)).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimplifiedGraphConvolution<double>(4, 3, hops: -1));
    }
}
