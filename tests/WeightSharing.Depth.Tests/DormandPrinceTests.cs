using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class DormandPrinceTests
{
    [Fact]
    public void A_step_that_underflows_says_where()
    {
        // y' = y², y = 1/(1 − t): it ends at t = 1.
        OdeException thrown = Assert.Throws<OdeException>(() => Ode.Solve((_, y) => y * y, Tensor.From(1.0), [0, 2], OdeSolver.DormandPrince(1e-6, 1e-9)));
        Assert.Equal(1, thrown.Time, 1e-6);
        Assert.True(thrown.Norm > 1e6);
        Assert.StartsWith("Dormand–Prince 5(4) from t = 0 to 2: at t = 1, where the state has norm ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_do_not_suffice_are_said_so()
    {
        OdeException thrown = Assert.Throws<OdeException>(() => Ode.Solve((t, y) => y * -50.0, Tensor.From(1.0), [0, 10], OdeSolver.DormandPrince(maximumSteps: 7)));
        Assert.Contains("the 7 steps allowed are used up", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-5)]
    [InlineData(1e-8)]
    public void The_error_follows_the_tolerance(double tolerance)
    {
        double error = Math.Abs(Ode.Solve((t, y) => y * Math.Cos(t), Tensor.From(1.0), [0, 5], OdeSolver.DormandPrince(tolerance, tolerance)).ToArray()[1] - Math.Exp(Math.Sin(5)));
        Assert.InRange(error, 0, 30 * tolerance);
    }

    [Fact]
    public void Float_states_work_at_tolerances_below_their_rounding() =>
        Assert.Equal(MathF.E, Ode.Solve((_, y) => y, Tensor.From(1f), [0, 1], OdeSolver.DormandPrince(1e-10, 1e-12)).ToArray()[1], 1e-5f);

    [Fact]
    public void Settings_without_sense_are_refused()
    {
        Assert.StartsWith("DormandPrince: tolerances 0 (relative) and 0 (absolute);", Assert.Throws<ArgumentOutOfRangeException>(() => OdeSolver.DormandPrince(0, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("DormandPrince: first step 0;", Assert.Throws<ArgumentOutOfRangeException>(() => OdeSolver.DormandPrince(firstStep: 0)).Message, StringComparison.Ordinal);
    }
}
