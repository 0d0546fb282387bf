using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class IFusionTests
{
    [Fact]
    public void Sequential_shows_what_follows_and_goes_on_behind_what_was_taken()
    {
        var fusing = new Half();
        Tensor<double> x = Expect.Values([6]);
        Tensor<double> half = x * 0.5;

        Expect.Bitwise(half.Relu(), new Sequential<double>(fusing, new Relu<double>()).Forward(x));
        Assert.Equal((0, 1), (fusing.Plain, fusing.Taken));

        Expect.Bitwise(half.Tanh().Relu(), new Sequential<double>(fusing, new Tanh<double>(), new Relu<double>()).Forward(x));
        Expect.Bitwise(half, new Sequential<double>(fusing).Forward(x));
        Assert.Equal((1, 1), (fusing.Plain, fusing.Taken));

        Expect.Bitwise((half.Relu().Relu() * 0.5).Relu(), new Sequential<double>(fusing, new Relu<double>(), new Relu<double>(), fusing, new Relu<double>()).Forward(x));
        Assert.Equal((1, 4), (fusing.Plain, fusing.Taken));
    }

    private sealed class Half : Layer<double>, IFusion<double>
    {
        public int Plain { get; private set; }

        public int Taken { get; private set; }

        public override Tensor<double> Forward(Tensor<double> input)
        {
            Plain++;
            return input * 0.5;
        }

        public Tensor<double> Forward(Tensor<double> input, ReadOnlySpan<Layer<double>> following, out int taken)
        {
            taken = 0;
            Tensor<double> result = input * 0.5;
            for (; taken < following.Length && following[taken] is Relu<double>; taken++) result = result.Relu();
            Taken += taken;
            return result;
        }

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => throw new NotSupportedException();
    }
}
