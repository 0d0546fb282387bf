using CsCheck;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

/// <summary>What holds for every graph layer.</summary>
public sealed class GraphLayerTests
{
    private const int Nodes = 7, Inputs = 4;

    public static TheoryData<string> Kinds => [.. Layers.Keys];

    private static Dictionary<string, Func<GraphLayer<double>>> Layers { get; } = new()
    {
        ["gcn"] = () => new GraphConvolution<double>(Inputs, 3),
        ["gcn widening"] = () => new GraphConvolution<double>(Inputs, 6, bias: false, GraphNormalization.Row),
        ["sgc"] = () => new SimplifiedGraphConvolution<double>(Inputs, 3),
        ["appnp"] = () => new Appnp<double>(4),
        ["multi-hop"] = () => new MultiHopConvolution<double>(Inputs, 3, hops: 3, HopInitializer.Random),
        ["per hop"] = () => new PerHopConvolution<double>(Inputs, 3, hops: 3),
        ["per hop, bias each"] = () => new PerHopConvolution<double>(Inputs, 3, hops: 2, bias: false, biasPerHop: true),
        ["sage mean"] = () => new GraphSage<double>(Inputs, 3, normalize: true),
        ["sage sum"] = () => new GraphSage<double>(Inputs, 3, Aggregation.Sum),
        ["sage max"] = () => new GraphSage<double>(Inputs, 3, Aggregation.Max),
        ["gat"] = () => new GraphAttention<double>(Inputs, 2, heads: 3),
        ["gat averaged"] = () => new GraphAttention<double>(Inputs, 2, heads: 2, concat: false, selfLoops: false),
        ["sequential"] = () => new GraphSequential<double>(new GraphConvolution<double>(Inputs, 5), new Tanh<double>(), new GraphAttention<double>(5, 2), new Dense<double>(2, 2)),
        ["own"] = () => new EdgeDifference<double>(),
    };

    private static GraphLayer<double> Make(string kind)
    {
        GraphLayer<double> layer = Layers[kind]();
        layer.Initialize(1);
        return layer;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Permuting_the_nodes_permutes_the_output(string kind) => Gen.Shuffle(Enumerable.Range(0, Nodes).ToArray()).Sample(
        order =>
        {
            GraphLayer<double> layer = Make(kind);
            Graph graph = GraphTests.Random(Nodes);
            Tensor<double> x = Tensor.Normal<double>([Nodes, Inputs], RandomKey.Of(1)), moved = Tensor.Zeros<double>(Nodes, Inputs);
            Tensor<double> y = layer.Forward(x, graph);
            for (int i = 0; i < Nodes; i++) moved[order[i]..(order[i] + 1)].CopyFrom(x[i..(i + 1)]);
            Tensor<double> z = layer.Forward(moved, graph.Permuted(order));
            Assert.True((z.IndexSelect(0, Tensor.From(order)) - y).Abs().Max().Item() < 1e-12);
        },
        iter: 20);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_hold(string kind)
    {
        GraphLayer<double> layer = Make(kind);
        Graph graph = GraphTests.Random(Nodes);
        GradCheck.Verify(x => layer.Forward(x, graph), [Nodes, Inputs]);
        Tensor<double> x = Tensor.Normal<double>([Nodes, Inputs], RandomKey.Of(1));
        foreach (Parameter<double> parameter in layer.Parameters)
        {
            Tensor<double> weight = parameter.Value;
            Tensor<double> analytic = Gradient.Of((layer.Forward(x, graph) * layer.Forward(x, graph)).Sum(), weight);
            double[] values = weight.ToArray();
            int at = values.Length / 2;
            double Loss(double change)
            {
                double[] moved = [.. values];
                moved[at] += change;
                parameter.Set(Tensor.From(moved, parameter.Shape));
                Tensor<double> y = layer.Forward(x, graph);
                return (y * y).Sum().Item();
            }

            double numeric = (Loss(1e-5) - Loss(-1e-5)) / 2e-5;
            parameter.Set(Tensor.From(values, parameter.Shape));
            Assert.Equal(numeric, analytic.ToArray()[at], 1e-6 * (1 + Math.Abs(numeric)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parts_of_the_usages_sum_to_the_gradient(string kind)
    {
        GraphLayer<double> layer = Make(kind);
        Graph graph = GraphTests.Random(Nodes);
        Tensor<double> x = Tensor.Normal<double>([Nodes, Inputs], RandomKey.Of(1)).RequireGradient();
        layer.Forward(x, graph).Pow(2.0).Sum().Backward();
        Tensor<double>[] plain = [.. layer.Parameters.Select(parameter => parameter.Gradient!.Copy())];
        layer.Parameters.ZeroGradient();
        using (UsageLedger.TrackContributions()) layer.Forward(x, graph).Pow(2.0).Sum().Backward();
        foreach ((Parameter<double> parameter, Tensor<double> expected) in layer.Parameters.Zip(plain))
        {
            Tensor<double> sum = parameter.Ledger.Usages.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b);
            double scale = 1 + expected.Abs().Max().Item();
            Assert.True((sum - parameter.Gradient!).Abs().Max().Item() < 1e-12 * scale);
            Assert.True((expected - parameter.Gradient!).Abs().Max().Item() < 1e-12 * scale);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Copies_compute_the_same(string kind)
    {
        GraphLayer<double> layer = Make(kind);
        Graph graph = GraphTests.Random(Nodes);
        Tensor<double> x = Tensor.Normal<double>([Nodes, Inputs], RandomKey.Of(1));
        double[] expected = layer.Forward(x, graph).ToArray();
        Assert.Equal(expected, layer.Clone().Forward(x, graph).ToArray());
        float[] single = ((GraphLayer<float>)layer.To<float>()).Forward(x.To<float>(), graph).ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], single[i], 1e-4);
        GraphLayer<double> again = layer.Clone();
        again.Initialize(1);
        Assert.Equal(expected, again.Forward(x, graph).ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_batch_gives_what_its_graphs_give(string kind)
    {
        GraphLayer<double> layer = Make(kind);
        Graph first = GraphTests.Random(Nodes), second = GraphTests.Random(5, chords: 2, seed: 3);
        Tensor<double> x = Tensor.Normal<double>([Nodes + 5, Inputs], RandomKey.Of(1)), together = layer.Forward(x, Graph.Batch(first, second));
        Assert.True((together[..Nodes] - layer.Forward(x[..Nodes], first)).Abs().Max().Item() < 1e-13);
        Assert.True((together[Nodes..] - layer.Forward(x[Nodes..], second)).Abs().Max().Item() < 1e-13);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Isolated_nodes_and_empty_graphs_give_numbers(string kind)
    {
        GraphLayer<double> layer = Make(kind);
        Tensor<double> x = Tensor.Normal<double>([3, Inputs], RandomKey.Of(1)).RequireGradient();
        Tensor<double> y = layer.Forward(x, Graph.FromEdges(3, [(0, 1)]));
        y.Sum().Backward();
        Assert.All(y.ToArray().Concat(x.Gradient!.ToArray()), value => Assert.True(double.IsFinite(value)));
        Assert.All(layer.Forward(x, Graph.FromEdges(3, [])).ToArray(), value => Assert.True(double.IsFinite(value)));
        Assert.Equal(0, layer.Forward(Tensor.Zeros<double>([0, Inputs]), Graph.FromEdges(0, [])).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inputs_that_do_not_fit_are_refused(string kind)
    {
        GraphLayer<double> layer = Make(kind);
        Graph graph = GraphTests.Random(Nodes);
        string message = Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Ones<double>(Nodes + 1, Inputs), graph)).Message;
        Assert.Contains($": input [{Nodes + 1}, {Inputs}] for a {graph}; expected [{Nodes}, ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_is_not_a_number_spoils_nothing_when_it_is_left_out()
    {
        GraphLayer<double> layer = Make("gcn");
        Graph graph = GraphTests.Random(Nodes);
        Tensor<double> targets = Tensor.Zeros<double>(Nodes, 3), x = Tensor.Normal<double>([Nodes, Inputs], RandomKey.Of(1));
        targets[2, 0] = double.NaN;
        Tensor<int> known = Tensor.From(0, 1, 3, 4);
        Tensor<double> y = layer.Forward(x, graph);
        Loss.MeanSquaredError(y.IndexSelect(0, known), targets.IndexSelect(0, known)).Backward();
        Assert.All(layer.Parameters, parameter => Assert.All(parameter.Gradient!.ToArray(), value => Assert.True(double.IsFinite(value))));
        Assert.True(double.IsNaN(Loss.MeanSquaredError(y, targets).Item()));
    }

    private sealed class EdgeDifference<T> : MessagePassing<T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        private readonly Dense<T> transform;

        public EdgeDifference()
            : base(Aggregation.Mean) => transform = Register("transform", new Dense<T>(2 * Inputs, 3));

        protected override Tensor<T> Message(EdgeFeatures<T> edges) =>
            transform.Forward(Tensor.Concat<T>([edges.Targets, edges.Sources - edges.Targets], 1)).Tanh();

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new EdgeDifference<TOther>();
    }
}
