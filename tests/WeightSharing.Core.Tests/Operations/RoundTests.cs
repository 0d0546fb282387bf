using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class RoundTests
{
    private static readonly Tensor<double> Sample = Tensor.From(-2.5, -0.4, 0, 0.5, 1.5, double.NaN);

    [Fact]
    public void Values_are_those_of_the_scalar_functions()
    {
        double[] x = Sample.ToArray();
        Assert.Equal(x.Select(v => Math.Round(v)), Sample.Round().ToArray());
        Assert.Equal(x.Select(v => Math.Floor(v)), Sample.Floor().ToArray());
        Assert.Equal(x.Select(v => Math.Ceiling(v)), Sample.Ceiling().ToArray());
        Assert.Equal([-1, -1, 0, 1, 1, double.NaN], Sample.Sign().ToArray());
    }

    [Fact]
    public void No_gradient_passes()
    {
        Tensor<double> x = Expect.Values([3]).RequireGradient();
        Assert.False(x.Round().RequiresGradient || x.Floor().RequiresGradient || x.Ceiling().RequiresGradient || x.Sign().RequiresGradient);
        GradCheck.Verify(v => v * v.Floor(), Tensor.From(1.5, -0.3, 2.2));
    }

    [Fact]
    public void Strided_and_empty_tensors_are_legal()
    {
        Expect.Bitwise(Expect.Values([2, 3]).Floor(), Expect.Strided(Expect.Values([2, 3])).Floor());
        Assert.Equal(new Shape(0, 2), Tensor.Zeros<double>([0, 2]).Sign().Shape);
    }
}
