using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class IReluFusionTests
{
    [Fact]
    public void Sequential_asks_for_it_only_where_a_Relu_follows()
    {
        var fusing = new Half();
        Tensor<double> x = Expect.Values([6]);
        Tensor<double> half = x * 0.5;

        Expect.Bitwise(half.Relu(), new Sequential<double>(fusing, new Relu<double>()).Forward(x));
        Assert.Equal((0, 1), (fusing.Plain, fusing.Fused));

        Expect.Bitwise(half.Tanh().Relu(), new Sequential<double>(fusing, new Tanh<double>(), new Relu<double>()).Forward(x));
        Expect.Bitwise(half, new Sequential<double>(fusing).Forward(x));
        Assert.Equal((2, 1), (fusing.Plain, fusing.Fused));

        Expect.Bitwise((half.Relu() * 0.5).Relu(), new Sequential<double>(fusing, new Relu<double>(), fusing, new Relu<double>()).Forward(x));
        Assert.Equal((2, 3), (fusing.Plain, fusing.Fused));
    }

    private sealed class Half : Layer<double>, IReluFusion<double>
    {
        public int Plain { get; private set; }

        public int Fused { get; private set; }

        public override Tensor<double> Forward(Tensor<double> input)
        {
            Plain++;
            return input * 0.5;
        }

        public Tensor<double> ForwardRelu(Tensor<double> input)
        {
            Fused++;
            return (input * 0.5).Relu();
        }

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => throw new NotSupportedException();
    }
}
