using System.Globalization;

namespace WeightSharing.Autograd;

/// <summary>A gradient, or a value, differs from what it was compared with.</summary>
public sealed class GradCheckException : Exception
{
    /// <summary>The worst mismatch of an operation.</summary>
    public GradCheckException(string operation, GradCheckMismatch mismatch, double tolerance)
        : base(Text(operation, mismatch, tolerance)) => Mismatch = mismatch;

    /// <summary>An exception with a message of its own.</summary>
    public GradCheckException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public GradCheckException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>An exception without a message.</summary>
    public GradCheckException()
    {
    }

    /// <summary>Where the difference is largest.</summary>
    public GradCheckMismatch? Mismatch { get; }

    private static string Text(string operation, GradCheckMismatch mismatch, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(mismatch);
        (string what, string with) = mismatch.Quantity switch
        {
            GradCheckQuantity.Value => ("value", "reference"),
            GradCheckQuantity.Gradient => ("gradient", "numeric"),
            _ => ("second derivative", "numeric"),
        };
        string where = mismatch.Input < 0 ? $"result {mismatch.Shape}" : $"input {mismatch.Input} {mismatch.Shape}";
        return string.Create(CultureInfo.InvariantCulture,
            $"GradCheck: the {what} of {operation} is wrong at {where}, index [{string.Join(", ", mismatch.Index)}]: analytic "
            + $"{mismatch.Analytic:G9}, {with} {mismatch.Numeric:G9}; error {mismatch.Error:G3}, tolerance {tolerance:G3}.");
    }
}
