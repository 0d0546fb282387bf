using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class SiameseNetworkTests
{
    internal static Sequential<double> Encoder() => new(new Dense<double>(4, 6), new Tanh<double>(), new Dense<double>(6, 3));

    private static SiameseNetwork<double> Make(Distance<double>? distance = null)
    {
        var network = new SiameseNetwork<double>(Encoder(), distance);
        network.Initialize(1);
        return network;
    }

    [Theory]
    [MemberData(nameof(DistanceTests.Kinds), MemberType = typeof(DistanceTests))]
    public void Is_symmetric_and_zero_to_itself_whatever_was_learned(string kind)
    {
        SiameseNetwork<double> network = Make(DistanceTests.Make(kind));
        Tensor<double> x = Tensor.Normal<double>([5, 4], RandomKey.Of(1)), y = Tensor.Normal<double>([5, 4], RandomKey.Of(2));
        Assert.Equal(network.Forward(x, y).ToArray(), network.Forward(y, x).ToArray());
        Assert.Equal(new double[5], network.Forward(x, x).ToArray());
        network.Forward(x, x).Sum().Backward();
        Assert.All(network.Encoder.Parameters, parameter => Assert.All(parameter.Gradient!.ToArray(), value => Assert.Equal(0, value, 1e-15)));
    }

    [Fact]
    public void Each_stream_is_a_usage_and_their_gradients_add_up()
    {
        SiameseNetwork<double> network = Make();
        Tensor<double> x = Tensor.Normal<double>([5, 4], RandomKey.Of(1)), y = Tensor.Normal<double>([5, 4], RandomKey.Of(2));
        using (UsageLedger.TrackContributions()) network.Forward(x, y).Sum().Backward();
        foreach (Parameter<double> parameter in network.Encoder.Parameters)
        {
            Assert.Equal(["left", "right"], parameter.Ledger.Usages.Select(usage => usage.Scope));
            Tensor<double> left = parameter.Ledger.Usages[0].Gradient!, right = parameter.Ledger.Usages[1].Gradient!;
            Assert.True((left + right - parameter.Gradient!).Abs().Max().Item() < 1e-12);
            Assert.True((left - right).Abs().Max().Item() > 0);
        }
    }

    [Fact]
    public void A_streams_gradient_is_that_of_the_pair_with_the_other_stream_held()
    {
        SiameseNetwork<double> network = Make();
        Tensor<double> x = Tensor.Normal<double>([5, 4], RandomKey.Of(1)), y = Tensor.Normal<double>([5, 4], RandomKey.Of(2));
        using (UsageLedger.TrackContributions()) network.Forward(x, y).Sum().Backward();
        PseudoSiameseNetwork<double> separate = network.ToSeparate();
        separate.Forward(x, y).Sum().Backward();
        Parameter<double>[] shared = [.. network.Encoder.Parameters], left = [.. separate.Left.Parameters], right = [.. separate.Right.Parameters];
        for (int i = 0; i < shared.Length; i++)
        {
            Assert.Equal(left[i].Gradient!.ToArray(), shared[i].Ledger.Usages[0].Gradient!.ToArray());
            Assert.Equal(right[i].Gradient!.ToArray(), shared[i].Ledger.Usages[1].Gradient!.ToArray());
        }
    }

    [Fact]
    public void The_report_counts_two_uses()
    {
        SiameseNetwork<double> network = Make();
        SharingReport report = SharingReport.Of(network, () => network.Forward(Tensor.Ones<double>(1, 4), Tensor.Ones<double>(1, 4)));
        Assert.Equal(4 * 6 + 6 + 6 * 3 + 3, report.FreeCount);
        Assert.Equal(2 * report.FreeCount, report.UnsharedCount);
    }

    [Fact]
    public void Copies_and_conversions_measure_the_same()
    {
        SiameseNetwork<double> network = Make(DistanceTests.Make("weighted"));
        Tensor<double> x = Tensor.Normal<double>([5, 4], RandomKey.Of(1)), y = Tensor.Normal<double>([5, 4], RandomKey.Of(2));
        double[] expected = network.Forward(x, y).ToArray();
        Assert.Equal(expected, network.Clone().Forward(x, y).ToArray());
        Assert.Equal(expected, network.ToSeparate().Forward(x, y).ToArray());
        var single = (SiameseNetwork<float>)network.To<float>();
        Assert.Equal(expected[0], single.Forward(x.To<float>(), y.To<float>()).ToArray()[0], 1e-5);
        Assert.Equal(["encoder.0.weight", "encoder.0.bias", "encoder.2.weight", "encoder.2.bias", "distance.weight", "distance.bias"],
            network.Parameters.Named.Select(pair => pair.Name));
    }

    [Fact]
    public void An_encoder_may_be_any_module_inside_a_layer()
    {
        var table = new Embedding<double>(10, 3);
        var network = new SiameseNetwork<double>(new WordEncoder(table));
        network.Initialize(1);
        Tensor<double> words = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 } });
        Assert.Equal(new double[2], network.Forward(words, words).ToArray());
        Assert.Equal(["left", "right"], table.Weight.Parameter.Ledger.Usages.Select(usage => usage.Scope));
    }

    [Fact]
    public void Gradients_hold()
    {
        SiameseNetwork<double> network = Make();
        GradCheck.Verify(network.Forward, [2, 4], [2, 4]);
    }

    private sealed class WordEncoder(Embedding<double> table) : Layer<double>
    {
        private readonly Embedding<double> table = table;

        public override Tensor<double> Forward(Tensor<double> input) =>
            table.Forward(Tensor.From(Array.ConvertAll(input.ToArray(), value => (int)value), input.Shape)).Mean(1);

        protected override void OnInitialize(RandomKey key) => table.Initialize(1);
    }
}
