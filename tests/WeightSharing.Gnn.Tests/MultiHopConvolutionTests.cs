using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class MultiHopConvolutionTests
{
    private static readonly Graph Graph = GraphTests.Random(9);
    private static readonly Tensor<double> X = Tensor.Normal<double>([9, 4], RandomKey.Of(1));

    private static MultiHopConvolution<double> Make(HopInitializer? hops = null, int count = 5)
    {
        var layer = new MultiHopConvolution<double>(4, 3, count, hops);
        layer.Initialize(1);
        return layer;
    }

    private static void Close(Tensor<double> expected, Tensor<double> actual) => Assert.True((expected - actual).Abs().Max().Item() < 1e-13);

    [Fact]
    public void Is_the_sum_over_powers_of_the_dense_matrix()
    {
        MultiHopConvolution<double> layer = Make(HopInitializer.Random);
        Tensor<double> a = Graph.Adjacency<double>(GraphNormalization.Symmetric, true).ToDense(), h = X.Linear(layer.Weight.Value, layer.Bias!.Value);
        double[] gamma = layer.HopWeights.Value.ToArray();
        Tensor<double> sum = h * gamma[0];
        for (int k = 1; k <= 5; k++) sum += (h = a.MatMul(h)) * gamma[k];
        Close(sum, layer.Forward(X, Graph));
        Close(sum, layer.Forward(SparseMatrix<double>.FromDense(X), Graph));
    }

    [Fact]
    public void With_the_weights_of_PageRank_it_is_Appnp()
    {
        MultiHopConvolution<double> layer = Make(HopInitializer.Ppr(0.15));
        layer.HopWeights.Parameter.IsFrozen = true;
        Tensor<double> expected = new Appnp<double>(5, 0.15).Forward(X.Linear(layer.Weight.Value, layer.Bias!.Value), Graph);
        Close(expected, layer.Forward(X, Graph));
        layer.Forward(X, Graph).Sum().Backward();
        Assert.Null(layer.HopWeights.Parameter.Gradient);
    }

    [Fact]
    public void With_the_last_hop_only_it_is_the_simplified_convolution()
    {
        MultiHopConvolution<double> layer = Make(HopInitializer.Only(-1));
        var simplified = new SimplifiedGraphConvolution<double>(4, 3, hops: 5, bias: false, weight: layer.Weight);
        // The bias travels with the hops here, and is added after them there.
        layer.Bias!.Parameter.Set(Tensor.Zeros<double>(3));
        Close(simplified.Forward(X, Graph), layer.Forward(X, Graph));
    }

    [Fact]
    public void Every_hop_is_a_usage_of_the_transform_tracked_or_not()
    {
        MultiHopConvolution<double> layer = Make();
        layer.Forward(X, Graph);
        foreach (Weight<double> weight in new[] { layer.Weight, layer.Bias! })
        {
            Assert.Equal([.. Enumerable.Range(0, 6).Select(Site.Hop)], weight.Parameter.Ledger.Usages.Select(usage => usage.Site));
            Assert.All(weight.Parameter.Ledger.Usages, usage => Assert.Equal(9, usage.Positions));
        }
    }

    [Fact]
    public void A_hops_part_of_the_gradient_is_that_of_its_own_transform()
    {
        MultiHopConvolution<double> layer = Make();
        using (UsageLedger.TrackContributions()) layer.Forward(X, Graph).Pow(2.0).Sum().Backward();
        PerHopConvolution<double> separate = layer.ToPerHop();
        separate.Forward(X, Graph).Pow(2.0).Sum().Backward();
        double[] gamma = layer.HopWeights.Value.ToArray();
        for (int hop = 0; hop <= 5; hop++)
        {
            Close(separate.WeightOf(hop).Parameter.Gradient! * gamma[hop], layer.Weight.Parameter.Ledger.Usages[hop].Gradient!);
        }
    }

    [Fact]
    public void Unshared_it_computes_the_same_with_as_many_transforms_as_hops()
    {
        MultiHopConvolution<double> layer = Make(HopInitializer.Random);
        PerHopConvolution<double> separate = layer.ToPerHop();
        Close(layer.Forward(X, Graph), separate.Forward(X, Graph));
        Assert.Equal(4 * 3 + 3 + 6, layer.Parameters.FreeCount);
        Assert.Equal(6 * (4 * 3 + 3), separate.Parameters.FreeCount);
        var bare = new MultiHopConvolution<double>(4, 3, bias: false);
        bare.Initialize(1);
        Close(bare.Forward(X, Graph), bare.ToPerHop().Forward(X, Graph));
    }

    [Fact]
    public void Hop_weights_can_be_shared_with_another_layer()
    {
        var first = new MultiHopConvolution<double>(4, 4, 3);
        var second = new MultiHopConvolution<double>(4, 4, 3, hopWeights: first.HopWeights);
        var both = new GraphSequential<double>(first, second);
        both.Initialize(1);
        Assert.Equal(HopInitializer.Ppr().Draw(3, RandomKey.Of(1)), second.HopWeights.Value.ToArray());
        GraphSequential<double> copy = both.Clone();
        Assert.Same(((MultiHopConvolution<double>)copy[0]).HopWeights.Parameter, ((MultiHopConvolution<double>)copy[1]).HopWeights.Parameter);
        Assert.Equal(both.Forward(X, Graph).ToArray(), copy.Forward(X, Graph).ToArray());
    }

    [Fact]
    public void Names_counts_and_profile_are_read()
    {
        MultiHopConvolution<double> layer = Make();
        Assert.Equal(["gamma", "lin.bias", "lin.weight"], layer.Parameters.Named.Select(pair => pair.Name).Order(StringComparer.Ordinal));
        Assert.Equal(layer.HopWeights.Value.ToArray(), layer.HopProfile().Weights);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("MultiHopConvolution: the hop weights have shape [3]; 3 hops need [4].",
            Assert.Throws<ArgumentException>(() => new MultiHopConvolution<double>(4, 3, 3, hopWeights: new Parameter<double>(3))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHopConvolution<double>(4, 3, -1));
    }
}
