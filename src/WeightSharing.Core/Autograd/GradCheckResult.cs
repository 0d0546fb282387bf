using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>How <see cref="GradCheck"/> measures and judges.</summary>
public sealed record GradCheckOptions
{
    internal static GradCheckOptions Default { get; } = new();

    /// <summary>The largest error that <see cref="GradCheck"/>'s Verify accepts, relative to 1 + the largest number of its kind.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Half the distance of a central difference, relative to inputs beyond 1.</summary>
    public double Step { get; init; } = 1e-5;

    /// <summary>Whether the gradient is differentiated too.</summary>
    public bool SecondOrder { get; init; } = true;

    /// <summary>Seed of the inputs given by shape, and of the weights.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Inputs given by shape are |normal| + this, for functions of positive numbers; null: normal.</summary>
    public double? LowerBound { get; init; }

    /// <summary>
    /// The values that the function should have, in row-major order, computed plainly from its inputs; null: not compared.
    /// </summary>
    public Func<IReadOnlyList<Tensor<double>>, double[]>? Reference { get; init; }
}

/// <summary>What was compared.</summary>
public enum GradCheckQuantity
{
    /// <summary>The function's value with the reference.</summary>
    Value,

    /// <summary>The gradient with central differences of the value.</summary>
    Gradient,

    /// <summary>The gradient of the gradient with central differences of the gradient.</summary>
    SecondDerivative,
}

/// <summary>The element at which two numbers of one quantity and input differ most.</summary>
/// <param name="Quantity">What was compared.</param>
/// <param name="Input">Number of the input, −1 for the value.</param>
/// <param name="Shape">Shape of what was compared.</param>
/// <param name="Index">Index of the element in it.</param>
/// <param name="Analytic">What the library computed.</param>
/// <param name="Numeric">What it was compared with.</param>
/// <param name="Error">|analytic − numeric| / (1 + max |numeric|); infinite where one is not a number.</param>
public sealed record GradCheckMismatch(
    GradCheckQuantity Quantity, int Input, Shape Shape, IReadOnlyList<int> Index, double Analytic, double Numeric, double Error)
{
    internal static GradCheckMismatch Worst(GradCheckQuantity quantity, int input, in Shape shape, double[] analytic, double[] numeric)
    {
        double scale = 1 + (numeric.Length == 0 ? 0 : numeric.Max(Math.Abs)), worst = 0;
        int at = 0;
        for (int i = 0; i < numeric.Length; i++)
        {
            double error = analytic[i].Equals(numeric[i]) ? 0 : Math.Abs(analytic[i] - numeric[i]) / scale;
            if (double.IsNaN(error)) error = double.PositiveInfinity;
            if (error > worst) (worst, at) = (error, i);
        }

        var index = new int[shape.Rank];
        for (int d = shape.Rank - 1, rest = at; d >= 0 && numeric.Length > 0; d--) (rest, index[d]) = Math.DivRem(rest, shape[d]);
        return numeric.Length == 0
            ? new GradCheckMismatch(quantity, input, shape, index, 0, 0, 0)
            : new GradCheckMismatch(quantity, input, shape, index, analytic[at], numeric[at], worst);
    }
}

/// <summary>What <see cref="GradCheck"/> measured.</summary>
/// <param name="Operation">Name of the function's last operation.</param>
/// <param name="Mismatches">The worst element of each quantity and input.</param>
public sealed record GradCheckResult(string Operation, IReadOnlyList<GradCheckMismatch> Mismatches)
{
    /// <summary>The largest error of all.</summary>
    public double Error => Mismatches.Count == 0 ? 0 : Mismatches.Max(mismatch => mismatch.Error);

    /// <summary>The largest error of one quantity; 0 when it was not compared.</summary>
    public double ErrorOf(GradCheckQuantity quantity) =>
        Mismatches.Where(mismatch => mismatch.Quantity == quantity).Select(mismatch => mismatch.Error).DefaultIfEmpty().Max();
}
