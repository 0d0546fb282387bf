using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphAttentionTests
{
    private static readonly Graph Graph = GraphTests.Random(6);
    private static readonly Tensor<double> X = Tensor.Normal<double>([6, 3], RandomKey.Of(1));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Is_its_formula_over_the_dense_matrix(bool concat)
    {
        const int Heads = 2, Outputs = 4;
        var layer = new GraphAttention<double>(3, Outputs, Heads, concat);
        layer.Initialize(1);
        layer.Bias!.Parameter.Set(Tensor.Normal<double>(layer.Bias.Shape, RandomKey.Of(4)));
        Tensor<double> edges = Graph.Adjacency<double>().ToDense() + Tensor.Eye<double>(6), h = X.Linear(layer.Weight.Value).Reshape(6, Heads, Outputs);
        var heads = new List<Tensor<double>>();
        for (int head = 0; head < Heads; head++)
        {
            Tensor<double> features = h.Select(1, head);
            Tensor<double> source = features.MatMul(layer.SourceAttention.Value.Select(1, head).Reshape(Outputs)), target = features.MatMul(layer.TargetAttention.Value.Select(1, head).Reshape(Outputs));
            Tensor<double> scores = (target.Unsqueeze(1) + source.Unsqueeze(0)).LeakyRelu(0.2);
            Tensor<double> attention = Tensor.Where(edges.Greater(0), scores, Tensor.Scalar(double.NegativeInfinity)).Softmax(1);
            heads.Add(attention.MatMul(features));
        }

        Tensor<double> expected = (concat ? Tensor.Concat<double>([.. heads], 1) : (heads[0] + heads[1]) * 0.5) + layer.Bias.Value;
        Assert.True((expected - layer.Forward(X, Graph)).Abs().Max().Item() < 1e-13);
    }

    [Fact]
    public void Attention_over_the_neighbours_sums_to_one()
    {
        var layer = new GraphAttention<double>(3, 2, heads: 3);
        layer.Initialize(1);
        (SparsePattern pattern, Tensor<double> weights) = layer.Attention(X, Graph);
        Assert.Equal([Graph.EdgeCount + 6, 3], weights.Shape.ToArray());
        Assert.All(weights.SegmentSum(pattern.RowSegments).ToArray(), sum => Assert.Equal(1, sum, 13));
    }

    [Fact]
    public void Edges_are_dropped_while_training_only()
    {
        var layer = new GraphAttention<double>(3, 2, dropout: 0.6);
        layer.Initialize(1);
        double[] first = layer.Forward(X, Graph).ToArray();
        Assert.NotEqual(first, layer.Forward(X, Graph).ToArray());
        layer.Evaluate();
        Assert.Equal(layer.Forward(X, Graph).ToArray(), layer.Forward(X, Graph).ToArray());
    }

    [Fact]
    public void Has_the_names_of_PyTorch_Geometric()
    {
        var layer = new GraphAttention<double>(3, 2, heads: 4);
        Assert.Equal(["att_dst", "att_src", "bias", "lin.weight"], layer.Parameters.Named.Select(pair => pair.Name).Order(StringComparer.Ordinal));
        Assert.Equal([1, 4, 2], layer.SourceAttention.Shape.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new GraphAttention<double>(3, 2, heads: 0));
    }
}
