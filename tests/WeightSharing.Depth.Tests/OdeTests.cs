using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class OdeTests
{
    private static readonly Tensor<double> Rotation = Tensor.From(new double[,] { { -0.1, 2 }, { -2, -0.1 } });

    private static Tensor<double> Spiral(double t, Tensor<double> y) => y.Linear(Rotation);

    private static Tensor<double> Exact(Tensor<double> y0, double t)
    {
        double decay = Math.Exp(-0.1 * t), c = Math.Cos(2 * t) * decay, s = Math.Sin(2 * t) * decay;
        return y0.Linear(Tensor.From(new double[,] { { c, s }, { -s, c } }));
    }

    [Theory]
    [InlineData(1.0, 8.0)]
    [InlineData(8.0, 1.0)]
    public void Closed_forms_are_met_forwards_and_backwards(double start, double end)
    {
        Tensor<double> y0 = Networks.Values([3, 2]);
        double[] times = [start, (2 * start + end) / 3, end];
        Tensor<double> y = Ode.Solve(Spiral, y0, times, OdeSolver.DormandPrince(1e-10, 1e-12));
        for (int i = 0; i < 3; i++) Networks.Close(Exact(y0, times[i] - start), y.Select(0, i), 1e-8);
    }

    [Fact]
    public void Fields_may_depend_on_time()
    {
        Tensor<double> y = Ode.Solve((t, state) => Tensor.Full(state.Shape, 3 * t * t), Tensor.From(1.0), [0, 2, 3], OdeSolver.RungeKutta4(1));
        Networks.Close(Tensor.From([1.0, 9, 28], [3, 1]), y);
    }

    [Fact]
    public void The_adjoint_agrees_with_the_gradient_through_the_steps()
    {
        Tensor<double> a = Rotation.Copy().RequireGradient(), y0 = Networks.Values([3, 2]).RequireGradient();
        OdeSolver solver = OdeSolver.DormandPrince(1e-9, 1e-11);
        double[] times = [0, 0.7, 1.5];
        Tensor<double> seed = Networks.Values([3, 3, 2], 8);
        Tensor<double>[] steps = Gradient.Of(Ode.Solve(Field, y0, times, solver), [y0, a], seed);
        Tensor<double>[] adjoint = Gradient.Of(Ode.SolveAdjoint(Field, y0, times, solver, a), [y0, a], seed);
        Networks.Close(steps[0], adjoint[0], 1e-7);
        Networks.Close(steps[1], adjoint[1], 1e-7);
        Tensor<double> Field(double t, Tensor<double> y) => y.Linear(a);
    }

    [Fact]
    public void Gradients_of_gradients_go_through_the_steps() =>
        GradCheck.Verify(x => Ode.SolveAdjoint((_, y) => y.Sin(), x, [0, 0.5], OdeSolver.RungeKutta4(20), []), [2, 2], new() { Tolerance = 1e-4 });

    [Fact]
    public void Times_out_of_order_and_shapes_that_differ_are_refused()
    {
        Tensor<double> y = Networks.Values([1, 2]);
        Assert.StartsWith("Ode: time 0.5 at position 2 of 3; they must be finite, and all ascend or all descend.",
            Assert.Throws<ArgumentException>(() => Ode.Solve(Spiral, y, [0, 1, 0.5], OdeSolver.Euler(1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Ode: the field gives [1, 1] for a state [1, 2];",
            Assert.Throws<ArgumentException>(() => Ode.Solve((_, s) => s[.., ..1], y, [0, 1], OdeSolver.Euler(1))).Message, StringComparison.Ordinal);
    }
}
