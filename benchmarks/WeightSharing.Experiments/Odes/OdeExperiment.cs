using System.Globalization;
using WeightSharing.Autograd;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Experiments.Soft;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Odes;

/// <summary>
/// From residual networks to differential equations: how the error falls with the number of tied layers, what the adjoint's gradient costs in memory, and a
/// vector field that is learned from trajectories.
/// </summary>
internal sealed class OdeExperiment : Experiment
{
    private static readonly int[] StepCounts = [8, 16, 32, 64, 128];
    private static readonly double[] Times = [.. Enumerable.Range(0, 21).Select(i => i * 0.15)];

    /// <inheritdoc/>
    public override string Name => "ode";

    /// <inheritdoc/>
    public override string Summary => "A residual network with tied layers becomes a differential equation: orders of convergence, memory of the gradient, and a learned vector field.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Slope of log error against log step size: a tied residual network (Euler), and Runge–Kutta 4", ["slope.euler", "slope.rk4"]),
        new("Peak of live bytes of the adjoint's gradient with 10,000 steps, divided by that with 100", ["adjoint_memory_growth"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        RandomKey key = RandomKey.Of(context.Seed);
        var euler = new double[StepCounts.Length];
        var rungeKutta = new double[StepCounts.Length];
        double memoryFew = 0, memoryMany = 0, stepsFew = 0, stepsMany = 0;
        (LayerField<double> Field, double[] Errors)? learned = null;
        // Live bytes are the whole process's: nothing else may run beside.
        context.RunAll([new Job("convergence", 1, () => Convergence(key.Fork("convergence"), euler, rungeKutta))]);
        context.RunAll([new Job("memory", 1, () =>
        {
            _ = AdjointMemory.Peak(OdeGradient.Adjoint, 10);
            memoryFew = AdjointMemory.Peak(OdeGradient.Adjoint, 100);
            memoryMany = AdjointMemory.Peak(OdeGradient.Adjoint, 10_000);
            stepsFew = AdjointMemory.Peak(OdeGradient.ThroughSteps, 10);
            stepsMany = AdjointMemory.Peak(OdeGradient.ThroughSteps, 100);
        })]);
        context.RunAll([new Job("vector field", 1, () => learned = Learn(key.Fork("field"), context.Quick ? 20 : 4000, context.Cancellation))]);

        double[] sizes = [.. StepCounts.Select(steps => 1.0 / steps)];
        var metrics = new MetricSet(this)
        {
            ["slope.euler"] = Slope(sizes, euler),
            ["slope.rk4"] = Slope(sizes, rungeKutta),
            ["adjoint_memory_growth"] = memoryMany / memoryFew,
        };
        var table = new ReportTable("Peak of live bytes of one gradient", ["gradient", "steps", "bytes"],
        [
            ["adjoint", "100", Numbers.Count(memoryFew)], ["adjoint", "10,000", Numbers.Count(memoryMany)],
            ["through the steps", "10", Numbers.Count(stepsFew)], ["through the steps", "100", Numbers.Count(stepsMany)],
        ]);
        return new ExperimentResult(metrics, [table], [.. Blocks(metrics, table, sizes, euler, rungeKutta, learned!.Value)], []);
    }

    private static double Slope(double[] sizes, double[] errors) => SmallSystems.Slope([.. sizes.Select(x => Math.Log(x))], [.. errors.Select(x => Math.Log(x))]);

    // The same layer, as a tied residual network of n layers with steps of 1/n, and as a field; against the solution at tight tolerances.
    private static void Convergence(RandomKey key, double[] euler, double[] rungeKutta)
    {
        using NoGrad off = NoGrad.Begin();
        var layer = new Sequential<double>(new Dense<double>(4, 16), new Tanh<double>(), new Dense<double>(16, 4));
        layer.Initialize((long)key.Value);
        foreach (Parameter<double> parameter in layer.Parameters) parameter.Set(parameter.Value.Detach() * 2);
        Tensor<double> x = Tensor.Normal<double>([8, 4], key.Fork("states"));
        Tensor<double> exact = new NeuralOde<double>(new LayerField<double>(layer), OdeSolver.DormandPrince(1e-13, 1e-14)).Forward(x);
        for (int i = 0; i < StepCounts.Length; i++)
        {
            int steps = StepCounts[i];
            euler[i] = (new Repeated<double>(layer, steps, residual: true, step: 1.0 / steps).Forward(x) - exact).Norm().Item();
            rungeKutta[i] = (new NeuralOde<double>(new LayerField<double>(layer), OdeSolver.RungeKutta4(steps)).Forward(x) - exact).Norm().Item();
        }
    }

    // A pendulum with friction.
    private static Tensor<double> Pendulum(double time, Tensor<double> state)
    {
        Tensor<double> angle = state[.., ..1], speed = state[.., 1..];
        return Tensor.Concat([speed, -angle.Sin() - speed * 0.15], -1);
    }

    private static (LayerField<double> Field, double[] Errors) Learn(RandomKey key, int steps, CancellationToken cancellation)
    {
        Tensor<double> starts = Tensor.Uniform<double>([24, 2], key.Fork("starts"), -2, 2), truth;
        using (NoGrad.Begin()) truth = Ode.Solve(Pendulum, starts, Times, OdeSolver.DormandPrince());
        var field = new LayerField<double>(new Sequential<double>(new Dense<double>(2, 32), new Tanh<double>(), new Dense<double>(32, 2)));
        var ode = new NeuralOde<double>(field, OdeSolver.RungeKutta4(2));
        ode.Initialize((long)key.Fork("weights").Value);
        var optimizer = new Adam<double>(ode.Parameters, 1e-2);
        Schedule schedule = Schedule.Cosine(steps);
        var errors = new double[steps];
        using var silent = UsageLedger.Off();
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            optimizer.LearningRate = 1e-2 * schedule.Factor(step);
            optimizer.ZeroGradient();
            Tensor<double> loss = Loss.MeanSquaredError(ode.Trajectory(starts, Times), truth);
            loss.Backward();
            errors[step] = loss.Item();
            optimizer.Step();
        }

        return (field, errors);
    }

    private static IEnumerable<ReportBlock> Blocks(
        MetricSet metrics, ReportTable table, double[] sizes, double[] euler, double[] rungeKutta, (LayerField<double> Field, double[] Errors) learned)
    {
        yield return new Heading("From layers to a flow");
        yield return new Paragraph("A residual network whose n layers are one layer, each step weighted by 1/n, is Euler's method for dy/dt = f(y) over unit time. With more layers it comes near the "
            + "solution of the differential equation, which is here computed to 13 digits.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"The error of the tied residual network falls as h to the power {metrics["slope.euler"]:0.00}, that of Runge–Kutta 4 as h to the power {metrics["slope.rk4"]:0.00}."));
        yield return new Figure("convergence", "Error at the end against step size.", theme => Charts.Lines(
            theme, "step size h = 1/n", "error", [new Line("tied residual network", sizes, euler), new Line("Runge–Kutta 4", sizes, rungeKutta)], logX: true, logY: true));
        yield return new Heading("Memory of the gradient");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"By the adjoint, a hundred times as many steps take {metrics["adjoint_memory_growth"]:0.000} times the memory; through the steps it grows with each of them."));
        yield return new TableBlock(table);
        yield return new Heading("A learned vector field");
        yield return new Paragraph(string.Create(CultureInfo.InvariantCulture, $"A field of 32 hidden units learns a pendulum with friction from 24 trajectories: mean squared error {learned.Errors[^1]:0.0e-00}."));
        yield return new Figure("field", "Trajectories of the pendulum (angle across, speed up), true and as the learned field has them, from starts that it was not trained on.",
            theme => PhasePortrait.Draw(theme, "angle", "speed", [.. Trajectories(learned.Field)]));
    }

    private static IEnumerable<Line> Trajectories(LayerField<double> field)
    {
        double[] times = [.. Enumerable.Range(0, 81).Select(i => i * 0.1)];
        Tensor<double> starts = Tensor.From(new double[,] { { 1.8, 0 }, { -1.2, 0.8 }, { 0.3, 1.5 } });
        using NoGrad off = NoGrad.Begin();
        Tensor<double> truth = Ode.Solve(Pendulum, starts, times, OdeSolver.DormandPrince()), learned = Ode.Solve(field.Derivative, starts, times, OdeSolver.DormandPrince(1e-6, 1e-8));
        for (int i = 0; i < starts.Shape[0]; i++)
        {
            yield return Path(truth, i, "true");
            yield return Path(learned, i, "learned");
        }

        Line Path(Tensor<double> states, int i, string name) => new(
            name, [.. times.Select((_, t) => states[t, i, 0])], [.. times.Select((_, t) => states[t, i, 1])], Marked: false);
    }
}
