using System.Runtime.CompilerServices;

namespace WeightSharing.Training;

/// <summary>Checks of numbers that a user chose: the message says which one, its value and its range.</summary>
internal static class Hyperparameter
{
    /// <summary>A finite number of at least zero.</summary>
    public static double NotNegative(double value, string owner, string what, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value >= 0 ? value : throw OutOfRange(value, owner, what, "a finite number of at least 0", name);

    /// <summary>A finite number above zero.</summary>
    public static double Positive(double value, string owner, string what, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value > 0 ? value : throw OutOfRange(value, owner, what, "a finite number above 0", name);

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public static double Fraction(double value, string owner, string what, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is >= 0 and < 1 ? value : throw OutOfRange(value, owner, what, "at least 0 and below 1", name);

    /// <summary>A number from 0 to 1.</summary>
    public static double Share(double value, string owner, string what, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is >= 0 and <= 1 ? value : throw OutOfRange(value, owner, what, "0 to 1", name);

    /// <summary>An integer of at least <paramref name="least"/>.</summary>
    public static TInteger AtLeast<TInteger>(
        TInteger value, TInteger least, string owner, string what, [CallerArgumentExpression(nameof(value))] string? name = null)
        where TInteger : System.Numerics.IBinaryInteger<TInteger> =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, $"{owner}: {what} {value}; expected at least {least}.");

    private static ArgumentOutOfRangeException OutOfRange(double value, string owner, string what, string range, string? name) =>
        new(name, $"{owner}: {what} {value}; expected {range}.");
}
