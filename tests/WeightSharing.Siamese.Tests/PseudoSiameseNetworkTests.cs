using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class PseudoSiameseNetworkTests
{
    private static readonly Tensor<double> X = Tensor.Normal<double>([5, 4], RandomKey.Of(1)), Y = Tensor.Normal<double>([5, 4], RandomKey.Of(2));

    private static PseudoSiameseNetwork<double> Make()
    {
        var network = new PseudoSiameseNetwork<double>(SiameseNetworkTests.Encoder(), SiameseNetworkTests.Encoder());
        network.Initialize(1);
        return network;
    }

    [Fact]
    public void Is_neither_symmetric_nor_zero_to_itself()
    {
        PseudoSiameseNetwork<double> network = Make();
        Assert.NotEqual(network.Forward(X, Y).ToArray(), network.Forward(Y, X).ToArray());
        Assert.All(network.Forward(X, X).ToArray(), d => Assert.True(d > 0));
        Assert.All(network.Left.Parameters, parameter => Assert.All(parameter.Ledger.Usages, usage => Assert.Equal("left", usage.Scope)));
        Assert.All(network.Right.Parameters, parameter => Assert.All(parameter.Ledger.Usages, usage => Assert.Equal("right", usage.Scope)));
    }

    [Fact]
    public void Becomes_the_Siamese_network_of_the_mean_weights()
    {
        PseudoSiameseNetwork<double> network = Make();
        SiameseFit<double> fit = network.ToSiamese();
        Tensor<double> left = network.Left.Parameters["0.weight"].Value, right = network.Right.Parameters["0.weight"].Value;
        Assert.Equal(((left + right) * 0.5).ToArray(), fit.Network.Encoder.Parameters["0.weight"].Value.ToArray());
        double squares = network.Left.Parameters.Zip(network.Right.Parameters, (a, b) => ((a.Value - b.Value) * (a.Value - b.Value)).Sum().Item() / 2).Sum();
        Assert.Equal(Math.Sqrt(squares), fit.Residual, 12);
        Assert.True(fit.Residual < fit.Norm);
    }

    [Fact]
    public void There_and_back_changes_nothing()
    {
        var network = new SiameseNetwork<double>(SiameseNetworkTests.Encoder());
        network.Initialize(1);
        SiameseFit<double> fit = network.ToSeparate().ToSiamese();
        Assert.Equal(0, fit.Residual);
        Assert.Equal(network.Forward(X, Y).ToArray(), fit.Network.Forward(X, Y).ToArray());
    }

    [Fact]
    public void Means_are_taken_of_tied_weights_and_buffers_too()
    {
        static Sequential<double> Normalised() => new(new Dense<double>(4, 6, tying: Tying.Palindrome(4)), new BatchNorm1d<double>(6));
        var network = new PseudoSiameseNetwork<double>(Normalised(), Normalised());
        network.Initialize(1);
        network.Forward(X, Y);
        SiameseFit<double> fit = network.ToSiamese();
        double[] expected = ((network.Left.Buffers.First().Buffer + network.Right.Buffers.First().Buffer) * 0.5).ToArray();
        Assert.Equal(expected, fit.Network.Encoder.Buffers.First().Buffer.ToArray());
        Assert.Equal(Tying.Palindrome(4).FullShape, fit.Network.Encoder.Parameters["0.weight"].Tying.FullShape.Slice(1, 2));
    }

    [Fact]
    public void Copies_keep_the_encoders_apart()
    {
        PseudoSiameseNetwork<double> network = Make();
        Assert.Equal(network.Forward(X, Y).ToArray(), network.Clone().Forward(X, Y).ToArray());
        Sequential<double> one = SiameseNetworkTests.Encoder();
        PseudoSiameseNetwork<double> twice = new PseudoSiameseNetwork<double>(one, one).Clone();
        Assert.Same(twice.Left, twice.Right);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var network = new PseudoSiameseNetwork<double>(new Dense<double>(2, 3), new Dense<double>(2, 4, bias: false));
        network.Initialize(1);
        Assert.Equal(
            "ToSiamese: the left encoder has weight [3, 2], bias [3], the right one weight [4, 2]; both must have the same parameters to become one.",
            Assert.Throws<InvalidOperationException>(network.ToSiamese).Message);
    }
}
