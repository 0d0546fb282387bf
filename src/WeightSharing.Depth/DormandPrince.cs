using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Dormand and Prince's embedded pair of orders 5 and 4 (DOPRI5): each step estimates its own error, a proportional and integral controller sets the next
/// step's size, and a polynomial of order 4 gives the solution between.
/// </summary>
/// <remarks>Dormand and Prince 1980; Hairer, Nørsett and Wanner 1993, sections II.4 (control) to II.6 (dense output).</remarks>
public sealed class DormandPrince : OdeSolver
{
    private const double Safety = 0.9, Smallest = 0.2, Largest = 10, Integral = 0.04, Exponent = 0.2 - 0.75 * Integral;

    private static readonly double[][] A =
    [
        [1.0 / 5],
        [3.0 / 40, 9.0 / 40],
        [44.0 / 45, -56.0 / 15, 32.0 / 9],
        [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
        [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
        [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ];

    // The last row of A is the step itself: its last stage is the first of the next step.
    private static readonly double[] Error = [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40];

    private static readonly double[] Between =
    [
        -12715105075.0 / 11282082432, 0, 87487479700.0 / 32700410799, -10690763975.0 / 1880347072, 701980252875.0 / 199316789632, -1453857185.0 / 822651844,
        69997945.0 / 29380423,
    ];

    /// <summary>A solver of these tolerances: a step is accepted when the root mean square of error/(absolute + relative·|y|) is at most 1.</summary>
    /// <param name="relativeTolerance">Below four roundings of the element type it counts as those: smaller errors cannot be seen.</param>
    /// <param name="absoluteTolerance">For elements near zero.</param>
    /// <param name="firstStep">Size of the first step; null estimates it from the field.</param>
    /// <param name="maximumSteps">Accepted and rejected steps together, after which an integration fails.</param>
    /// <exception cref="ArgumentOutOfRangeException">A tolerance is negative or not finite, both are zero, a first step is not above 0, or no steps are allowed.</exception>
    public DormandPrince(double relativeTolerance = 1e-7, double absoluteTolerance = 1e-9, double? firstStep = null, int maximumSteps = 100_000)
        : base("Dormand–Prince 5(4)")
    {
        if (!(relativeTolerance >= 0 && absoluteTolerance >= 0 && relativeTolerance + absoluteTolerance > 0) || double.IsInfinity(relativeTolerance + absoluteTolerance))
        {
            throw new ArgumentOutOfRangeException(nameof(relativeTolerance), string.Create(CultureInfo.InvariantCulture,
                $"DormandPrince: tolerances {relativeTolerance} (relative) and {absoluteTolerance} (absolute); expected finite numbers of at least 0, not both 0."));
        }

        if (firstStep is { } first && !(first > 0 && double.IsFinite(first)))
        {
            throw new ArgumentOutOfRangeException(nameof(firstStep), string.Create(CultureInfo.InvariantCulture, $"DormandPrince: first step {first}; expected a finite size above 0."));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumSteps);
        (RelativeTolerance, AbsoluteTolerance, FirstStep, MaximumSteps) = (relativeTolerance, absoluteTolerance, firstStep, maximumSteps);
    }

    /// <summary>Tolerated error as a part of the state's elements.</summary>
    public double RelativeTolerance { get; }

    /// <summary>Tolerated error of elements near zero.</summary>
    public double AbsoluteTolerance { get; }

    /// <summary>Size of the first step, or null.</summary>
    public double? FirstStep { get; }

    /// <summary>Steps after which an integration fails.</summary>
    public int MaximumSteps { get; }

    internal override int Integrate<T>(OdeProblem<T> problem, Tensor<T>[] state, double[] times, Action<int, Tensor<T>[]> reached) =>
        Integrate(problem, state, times, reached, null);

    /// <summary>As <see cref="Integrate{T}(OdeProblem{T}, Tensor{T}[], double[], Action{int, Tensor{T}[]})"/>; also reports each step's polynomial.</summary>
    internal int Integrate<T>(OdeProblem<T> problem, Tensor<T>[] state, double[] times, Action<int, Tensor<T>[]> reached, Action<OdeSegment<T>>? passed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double relative = Math.Max(RelativeTolerance, 4 * double.CreateChecked(T.BitIncrement(T.One) - T.One)), t = times[0], end = times[^1];
        int next = 1, evaluations = 1, accepted = 0;
        while (next < times.Length && times[next] == t) reached(next++, state);
        if (next == times.Length) return 0;
        double direction = Math.Sign(end - t), former = 1e-4;
        Tensor<T>[] slope = OdeProblem<T>.Step(0, () => problem.Derivative(t, state));
        double size = FirstStep ?? FirstSize(problem, t, end, state, slope, relative);
        if (FirstStep is null) evaluations++;
        bool rejected = false;
        for (int step = 0; next < times.Length; step++)
        {
            if (step == MaximumSteps) throw OdeException.TooManySteps(this, times, t, size, Norm(state));
            // The last step ends at the end exactly.
            bool last = size >= Math.Abs(end - t) * (1 - 1e-12);
            double h = last ? end - t : direction * size;
            double error = 0;
            (double at, Tensor<T>[] before, Tensor<T>[] known) = (t, state, slope);
            OdeSegment<T>? polynomial = null;
            Tensor<T>[] both = OdeProblem<T>.Step(accepted, () =>
            {
                Tensor<T>[][] k = problem.Stages(at, h, before, A[..^1], known);
                Tensor<T>[] after = OdeProblem<T>.Combined(before, h, A[^1], k);
                k = [.. k, problem.Derivative(at + h, after)];
                error = ErrorNorm(before, after, h, k, relative);
                if (error <= 1 && (passed is not null || next < times.Length - 1)) polynomial = OdeSegment<T>.Of(at, h, before, after, k, Between);
                return polynomial is null ? [.. after, .. k[^1]] : [.. after, .. k[^1], .. polynomial.Coefficients];
            });
            evaluations += 6;
            if (error <= 1)
            {
                double factor = Math.Clamp(Safety * Math.Pow(Math.Max(error, 1e-10), -Exponent) * Math.Pow(former, Integral), Smallest, rejected ? 1 : Largest);
                (former, rejected) = (Math.Max(error, 1e-4), false);
                (state, slope) = (both[..state.Length], both[state.Length..(2 * state.Length)]);
                t = last ? end : at + h;
                for (; next < times.Length && (times[next] - t) * direction <= 0; next++) reached(next, times[next] == t ? state : polynomial!.At(times[next]));
                if (polynomial is not null) passed?.Invoke(polynomial);
                size = Math.Abs(h) * factor;
                accepted++;
            }
            else
            {
                // A derivative that is not finite gives an error that is no number: a much smaller step may be defined.
                size = Math.Abs(h) * (double.IsNaN(error) ? Smallest : Math.Max(Smallest, Safety * Math.Pow(error, -Exponent)));
                rejected = true;
                if (!(size > 16 * double.Epsilon && Math.Abs(t) + size / 16 > Math.Abs(t))) throw OdeException.Underflow(this, times, t, size, Norm(state));
            }
        }

        return evaluations;
    }

    /// <summary>The solution over an interval at every time, not only at chosen ones. Nothing is recorded.</summary>
    /// <param name="field">f(t, y), of y's shape.</param>
    /// <param name="state">y at the start.</param>
    /// <param name="start">Where the interval begins.</param>
    /// <param name="end">Where it ends; before the start to integrate backwards.</param>
    /// <exception cref="OdeException">The step size underflows, or the steps do not suffice.</exception>
    public OdeSolution<T> Solve<T>(Func<double, Tensor<T>, Tensor<T>> field, Tensor<T> state, double start, double end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(state);
        Ode.Check(state, [start, end]);
        var segments = new List<OdeSegment<T>>();
        using (NoGrad.Begin())
        {
            Tensor<T> y = state.Detach();
            int evaluations = Integrate(Ode.Problem(field), [y], [start, end], (_, _) => { }, segments.Add);
            return new OdeSolution<T>(y, start, end, segments, evaluations);
        }
    }

    // A step over which an explicit Euler step changes little, and the second derivative neither: Hairer, Nørsett and Wanner, II.4.
    private double FirstSize<T>(OdeProblem<T> problem, double t, double end, Tensor<T>[] y, Tensor<T>[] slope, double relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using NoGrad off = NoGrad.Begin();
        double span = Math.Abs(end - t), direction = Math.Sign(end - t);
        double d0 = ScaledNorm(y, y, y, relative), d1 = ScaledNorm(slope, y, y, relative);
        double first = Math.Min(d0 < 1e-5 || d1 < 1e-5 || !double.IsFinite(d1) ? 1e-6 : 0.01 * d0 / d1, span);
        Tensor<T>[] ahead = [.. y.Zip(slope, (a, b) => a + b * T.CreateChecked(direction * first))];
        Tensor<T>[] bend = [.. problem.Derivative(t + direction * first, ahead).Zip(slope, (a, b) => a - b)];
        double most = Math.Max(d1, ScaledNorm(bend, y, y, relative) / first);
        double second = most <= 1e-15 || !double.IsFinite(most) ? Math.Max(1e-6, first * 1e-3) : Math.Pow(0.01 / most, 0.2);
        return Math.Min(Math.Min(100 * first, second), span);
    }

    private double ErrorNorm<T>(Tensor<T>[] before, Tensor<T>[] after, double h, Tensor<T>[][] k, double relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using NoGrad off = NoGrad.Begin();
        return ScaledNorm([.. before.Select((_, part) => OdeProblem<T>.Weighted(h, Error, k, part))], before, after, relative);
    }

    // The root mean square of e/(absolute + relative·max(|a|, |b|)), the largest over the parts: a part with few elements counts as much as one with many.
    private double ScaledNorm<T>(Tensor<T>[] e, Tensor<T>[] a, Tensor<T>[] b, double relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = 0;
        for (int part = 0; part < e.Length; part++)
        {
            if (e[part].Count == 0) continue;
            Tensor<T> scale = a[part].Abs().Maximum(b[part].Abs()) * T.CreateChecked(relative) + T.CreateChecked(AbsoluteTolerance);
            Tensor<T> ratio = e[part] / scale;
            double norm = Math.Sqrt(double.CreateChecked((ratio * ratio).Mean().Item()));
            // Math.Max keeps a NaN.
            largest = Math.Max(largest, norm);
        }

        return largest;
    }

    private static double Norm<T>(Tensor<T>[] state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using NoGrad off = NoGrad.Begin();
        return double.CreateChecked(state[0].Norm().Item());
    }
}
