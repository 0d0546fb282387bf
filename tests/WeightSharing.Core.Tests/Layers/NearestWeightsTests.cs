using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class NearestWeightsTests
{
    private sealed class Filter(Tying? tying) : Layer<double>
    {
        private readonly Parameter<double> parameter = new(tying?.FreeCount ?? 4, Initializer.Normal(1));
        private Weight<double>? weight;

        public Filter Registered()
        {
            weight = Register("weight", tying is null ? parameter : new Weight<double>(parameter).Through(tying));
            return this;
        }

        public override Tensor<double> Forward(Tensor<double> input) => (input * weight!.Use()).Sum(1);
    }

    [Fact]
    public void A_tied_layer_gets_the_nearest_weights_and_the_residual_bounds_its_outputs()
    {
        Filter free = new Filter(null).Registered(), tied = new Filter(Tying.Palindrome(4)).Registered();
        free.Initialize(1);
        tied.Initialize(2);
        Tensor<double> x = Expect.Values([5, 4]), w = free.Parameters["weight"].Value;
        double residual = tied.SetNearest(free);
        Assert.Equal(Tying.Palindrome(4).Distance(w), residual, 14);
        Expect.Close((x * Tying.Palindrome(4).Project(w)).Sum(1), tied.Forward(x));
        new SoftTying<double>(free.Parameters["weight"], Tying.Palindrome(4)).Harden();
        Assert.InRange(tied.SetNearest(free), 0, 1e-15);
        Expect.Close(free.Forward(x), tied.Forward(x));
    }

    [Fact]
    public void Buffers_and_counters_come_along()
    {
        BatchNorm1d<double> from = new(3), to = new(3);
        from.Initialize(1);
        to.Initialize(2);
        from.Forward(Expect.Values([4, 3]));
        Assert.Equal(0, to.SetNearest(from));
        from.Evaluate();
        to.Evaluate();
        Expect.Bitwise(from.Forward(Expect.Values([4, 3])), to.Forward(Expect.Values([4, 3])));
        Assert.Equal(1, to.BatchesTracked);
    }

    [Fact]
    public void Other_names_are_refused() => Expect.Throws<ArgumentException>(
        "SetNearest: the module has weight [3], bias [3], the source weight [4], bias [4]; names and full shapes must be equal.",
        () => new BatchNorm1d<double>(3).SetNearest(new BatchNorm1d<double>(4)));
}
