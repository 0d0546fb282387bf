using System.Globalization;

namespace WeightSharing.Layers;

/// <summary>An integration that could not reach its end; it says how far it came.</summary>
public sealed class OdeException : InvalidOperationException
{
    private OdeException(string message, double time, double stepSize, double norm)
        : base(message) => (Time, StepSize, Norm) = (time, stepSize, norm);

    /// <summary>The time reached.</summary>
    public double Time { get; }

    /// <summary>The size of the next step.</summary>
    public double StepSize { get; }

    /// <summary>‖y‖₂ at that time.</summary>
    public double Norm { get; }

    internal static OdeException Underflow(OdeSolver solver, double[] times, double time, double size, double norm) => new(
        Reached(solver, times, time, norm) + string.Create(CultureInfo.InvariantCulture,
            $"the step size would fall to {size:0.##e-00}, too small to move on. The solution may end there, or the field may not be finite; stop before, or loosen the tolerances."),
        time, size, norm);

    internal static OdeException TooManySteps(DormandPrince solver, double[] times, double time, double size, double norm) => new(
        Reached(solver, times, time, norm) + string.Create(CultureInfo.InvariantCulture,
            $"the {solver.MaximumSteps} steps allowed are used up (the next would have size {size:0.##e-00}). Allow more (maximumSteps), loosen the tolerances, or bound the field: it may be stiff."),
        time, size, norm);

    private static string Reached(OdeSolver solver, double[] times, double time, double norm) => string.Create(
        CultureInfo.InvariantCulture, $"{solver.Name} from t = {times[0]} to {times[^1]}: at t = {time:0.######}, where the state has norm {norm:0.###e-00}, ");
}
