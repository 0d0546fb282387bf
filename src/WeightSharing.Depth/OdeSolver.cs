using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>A method to integrate dy/dt = f(t, y), forwards or backwards in time.</summary>
/// <remarks>Hairer, Nørsett and Wanner, "Solving ordinary differential equations I", 1993, chapter II.</remarks>
public abstract class OdeSolver
{
    private protected OdeSolver(string name) => Name = name;

    /// <summary>The method's name.</summary>
    public string Name { get; }

    /// <summary>Explicit Euler, order 1: a residual network's layer is one step of it.</summary>
    /// <param name="steps">Equal steps from each time that is asked for to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one step.</exception>
    public static OdeSolver Euler(int steps) => new FixedStep("Euler", steps, [], [1]);

    /// <summary>The midpoint rule, order 2.</summary>
    /// <inheritdoc cref="Euler"/>
    public static OdeSolver Midpoint(int steps) => new FixedStep("midpoint", steps, [[0.5]], [0, 1]);

    /// <summary>The classic method of Runge and Kutta, order 4.</summary>
    /// <inheritdoc cref="Euler"/>
    public static OdeSolver RungeKutta4(int steps) => new FixedStep(
        "Runge–Kutta 4", steps, [[0.5], [0, 0.5], [0, 0, 1]], [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6]);

    /// <summary>Dormand and Prince's pair of orders 5 and 4 with step control.</summary>
    /// <inheritdoc cref="Layers.DormandPrince(double, double, double?, int)"/>
    public static DormandPrince DormandPrince(
        double relativeTolerance = 1e-7, double absoluteTolerance = 1e-9, double? firstStep = null, int maximumSteps = 100_000) =>
        new(relativeTolerance, absoluteTolerance, firstStep, maximumSteps);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>Integrates a state of several tensors through all times, in order, and reports it at each but the first.</summary>
    /// <returns>How often f was evaluated.</returns>
    internal abstract int Integrate<T>(OdeProblem<T> problem, Tensor<T>[] state, double[] times, Action<int, Tensor<T>[]> reached)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Any explicit method with equal steps, from its rows a, whose sums are the nodes c, and its weights b.</summary>
    private sealed class FixedStep : OdeSolver
    {
        private readonly double[][] a;
        private readonly double[] b;
        private readonly int steps;

        public FixedStep(string name, int steps, double[][] a, double[] b)
            : base(name)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
            (this.steps, this.a, this.b) = (steps, a, b);
        }

        internal override int Integrate<T>(OdeProblem<T> problem, Tensor<T>[] state, double[] times, Action<int, Tensor<T>[]> reached)
        {
            int step = 0;
            for (int segment = 1; segment < times.Length; segment++)
            {
                double from = times[segment - 1], span = times[segment] - from;
                for (int i = 0; i < steps && span != 0; i++, step++)
                {
                    // from + i·h rather than repeated addition: the error does not grow with i.
                    double t = from + span * i / steps, h = span / steps;
                    Tensor<T>[] before = state;
                    state = OdeProblem<T>.Step(step, () => OdeProblem<T>.Combined(before, h, b, problem.Stages(t, h, before, a)));
                }

                reached(segment, state);
            }

            return step * b.Length;
        }
    }
}
