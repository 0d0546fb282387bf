using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphConvolutionTests
{
    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 5)]
    public void Is_the_dense_formula(int inputs, int outputs)
    {
        var layer = new GraphConvolution<double>(inputs, outputs);
        layer.Initialize(1);
        layer.Bias!.Parameter.Set(Tensor.Normal<double>([outputs], RandomKey.Of(3)));
        Graph graph = GraphTests.Random(9);
        Tensor<double> x = Tensor.Normal<double>([9, inputs], RandomKey.Of(1)), a = graph.Adjacency<double>().ToDense() + Tensor.Eye<double>(9);
        Tensor<double> scale = a.Sum(1, keepDimensions: true).Pow(-0.5);
        Tensor<double> expected = (a * scale * scale.Transpose()).MatMul(x).MatMul(layer.Weight.Value.Transpose()) + layer.Bias.Value;
        Assert.True((expected - layer.Forward(x, graph)).Abs().Max().Item() < 1e-13);
        Assert.True((expected - layer.Forward(SparseMatrix<double>.FromDense(x), graph)).Abs().Max().Item() < 1e-13);
    }

    [Fact]
    public void Has_the_names_of_PyTorch_Geometric_and_one_use_for_all_nodes()
    {
        var layer = new GraphConvolution<float>(4, 6);
        layer.Initialize(1);
        Assert.Equal([("lin.weight", new Shape(6, 4)), ("bias", new Shape(6))], layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)).OrderByDescending(pair => pair.Name));
        layer.Forward(Tensor.Ones<float>(9, 4), GraphTests.Random(9));
        Assert.Equal(9, layer.Weight.Parameter.Ledger.Usages.Single().Positions);
    }

    [Fact]
    public void Sparse_features_have_the_same_gradients()
    {
        var layer = new GraphConvolution<double>(5, 3);
        layer.Initialize(1);
        Graph graph = GraphTests.Random(9);
        Tensor<double> x = Tensor.Normal<double>([9, 5], RandomKey.Of(1));
        layer.Forward(x, graph).Pow(2.0).Sum().Backward();
        Tensor<double> expected = layer.Weight.Parameter.Gradient!.Copy();
        layer.Parameters.ZeroGradient();
        layer.Forward(SparseMatrix<double>.FromDense(x), graph).Pow(2.0).Sum().Backward();
        Assert.True((expected - layer.Weight.Parameter.Gradient!).Abs().Max().Item() < 1e-12);
    }

    [Fact]
    public void A_shared_weight_is_one_buffer()
    {
        var first = new GraphConvolution<double>(4, 4);
        var second = new GraphConvolution<double>(4, 4, weight: first.Weight.Transposed());
        Assert.Same(first.Weight.Parameter, second.Weight.Parameter);
        Assert.Single(new GraphSequential<double>(first, second).Clone().Parameters, parameter => parameter.Shape.Rank == 2);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var layer = new GraphConvolution<double>(4, 3);
        Assert.StartsWith("GraphConvolution: input [2, 5] for a Graph of 2 nodes and 2 edges; expected [2, 4], a row for each node.",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Ones<double>(2, 5), Graph.FromEdges(2, [(0, 1)]))).Message, StringComparison.Ordinal);
        Assert.StartsWith("GraphConvolution: the shared weight has shape [3, 4]; the layer needs [4, 4].",
            Assert.Throws<ArgumentException>(() => new GraphConvolution<double>(4, 4, weight: layer.Weight)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GraphConvolution<double>(0, 4));
    }
}
