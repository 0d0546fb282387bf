using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class OdeSolverTests
{
    [Fact]
    public void Methods_converge_with_their_orders()
    {
        Assert.Equal(1, Order(OdeSolver.Euler), 0.1);
        Assert.Equal(2, Order(OdeSolver.Midpoint), 0.1);
        Assert.Equal(4, Order(OdeSolver.RungeKutta4), 0.1);
    }

    [Fact]
    public void Too_few_steps_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => OdeSolver.Euler(0));

    // y' = cos(t)·y, y = exp(sin t)
    private static double Order(Func<int, OdeSolver> method)
    {
        double Error(int steps) => Math.Abs(Ode.Solve((t, y) => y * Math.Cos(t), Tensor.From(1.0), [0, 2], method(steps)).ToArray()[1] - Math.Exp(Math.Sin(2)));
        return Math.Log2(Error(128) / Error(256));
    }
}
