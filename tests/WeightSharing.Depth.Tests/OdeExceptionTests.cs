using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class OdeExceptionTests
{
    [Fact]
    public void A_field_that_is_not_finite_ends_the_integration_at_the_place_where_it_begins()
    {
        OdeException thrown = Assert.Throws<OdeException>(() => Ode.Solve((t, y) => t > 0.5 ? y * double.NaN : y, Tensor.From(1.0), [0, 1], OdeSolver.DormandPrince()));
        Assert.Equal(0.5, thrown.Time, 1e-9);
        Assert.Equal(Math.Exp(0.5), thrown.Norm, 1e-6);
        Assert.True(thrown.StepSize < 1e-14);
    }
}
