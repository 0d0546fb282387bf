using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class OdeSolutionTests
{
    [Theory]
    [InlineData(0.0, 5.0)]
    [InlineData(5.0, 0.0)]
    public void Every_time_between_has_a_value(double start, double end)
    {
        OdeSolution<double> solution = OdeSolver.DormandPrince(1e-9, 1e-11).Solve((t, y) => y * Math.Cos(t), Tensor.From(Math.Exp(Math.Sin(start))), start, end);
        for (int i = 0; i <= 40; i++)
        {
            double t = start + (end - start) * i / 40;
            Assert.Equal(Math.Exp(Math.Sin(t)), solution.At(t).Item(), 1e-6);
        }

        Assert.True(solution.Steps > 3 && solution.Evaluations >= 6 * solution.Steps && solution.Times.Count == solution.Steps + 1);
    }

    // One step h of y' = cos(t)·y: the error in the middle falls as h⁵.
    [Fact]
    public void The_polynomial_has_order_four()
    {
        static double Error(double h) => Math.Abs(
            new DormandPrince(1, 1, firstStep: h).Solve((t, y) => y * Math.Cos(t), Tensor.From(1.0), 0, h).At(h / 3).Item() - Math.Exp(Math.Sin(h / 3)));
        Assert.InRange(Math.Log2(Error(0.4) / Error(0.2)), 4.5, 6.5);
    }

    [Fact]
    public void Times_outside_are_refused() => Assert.StartsWith(
        "OdeSolution.At: time 2 lies outside 0 … 1.",
        Assert.Throws<ArgumentOutOfRangeException>(() => OdeSolver.DormandPrince().Solve((_, y) => y, Tensor.From(1.0), 0, 1).At(2)).Message, StringComparison.Ordinal);
}
