using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class AppnpTests
{
    private static readonly Graph Graph = GraphTests.Random(8);
    private static readonly Tensor<double> X = Tensor.Normal<double>([8, 3], RandomKey.Of(1));

    [Theory]
    [InlineData(GraphNormalization.Symmetric)]
    [InlineData(GraphNormalization.Row)]
    public void Many_hops_tend_to_personalised_PageRank(GraphNormalization normalization)
    {
        const double Alpha = 0.2;
        Tensor<double> z = new Appnp<double>(400, Alpha, normalization: normalization).Forward(X, Graph);
        // z = α·(I − (1 − α)·Â)⁻¹·x, checked as (I − (1 − α)·Â)·z = α·x
        Tensor<double> system = Tensor.Eye<double>(8) - (1 - Alpha) * Graph.Adjacency<double>(normalization, selfLoops: true).ToDense();
        Assert.True((system.MatMul(z) - Alpha * X).Abs().Max().Item() < 1e-12);
    }

    [Fact]
    public void Starting_anew_always_changes_nothing_and_never_is_propagation()
    {
        Assert.Equal(X.ToArray(), new Appnp<double>(5, alpha: 1).Forward(X, Graph).ToArray());
        Assert.True((new Appnp<double>(5, alpha: 0).Forward(X, Graph) - Graph.Propagate(X, 5)).Abs().Max().Item() < 1e-14);
        Assert.Equal(X.ToArray(), new Appnp<double>(0).Forward(X, Graph).ToArray());
    }

    [Fact]
    public void Edges_are_dropped_while_training_only()
    {
        var layer = new Appnp<double>(3, dropout: 0.5);
        layer.Initialize(1);
        double[] expected = new Appnp<double>(3).Forward(X, Graph).ToArray();
        Assert.NotEqual(expected, layer.Forward(X, Graph).ToArray());
        layer.Evaluate();
        Assert.Equal(expected, layer.Forward(X, Graph).ToArray());
        Assert.Empty(layer.Parameters);
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_refused()
    {
        Assert.StartsWith("Appnp: alpha 1.5; expected 0 to 1.", Assert.Throws<ArgumentOutOfRangeException>(() => new Appnp<double>(3, 1.5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Appnp<double>(-1));
    }
}
