using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LinearMapTests
{
    // y = 2x, with the adjoint that it has.
    private sealed class Doubling() : LinearMap<double>("Doubling")
    {
        protected override Tensor<double> Forward(Tensor<double> x) => x.Detach() * 2;

        protected override Tensor<double> Adjoint(Tensor<double> y) => y.Detach() * 2;
    }

    [Fact]
    public void Map_and_adjoint_differentiate_each_other()
    {
        Expect.Gradients(x => new Doubling().Apply(x) * x, Expect.Values([3]));
        Expect.Gradients(x => new Doubling().ApplyAdjoint(x) * x, Expect.Values([3]));
    }

    [Fact]
    public void Names_say_which_side_is_meant()
    {
        Tensor<double> x = Tensor.From(1.0).RequireGradient();
        Assert.Equal("Doubling", new Doubling().Apply(x).Node!.Name);
        Assert.Equal("adjoint of Doubling", new Doubling().ApplyAdjoint(x).Node!.Name);
        Assert.Null(new Doubling().Apply(Tensor.From(1.0)).Node);
    }
}
