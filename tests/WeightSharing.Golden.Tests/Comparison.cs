using System.Globalization;
using System.Numerics;
using WeightSharing.Checkpoints;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>The golden set's measure: max|a − b| ≤ tolerance·(1 + max|b|), tensor by tensor.</summary>
internal static class Comparison
{
    /// <summary>Null when the tensors agree, else what differs where, and by how much more than allowed.</summary>
    public static string? Difference<T>(string tensor, Tensor<T> actual, StoredTensor expected, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var shape = new Shape(expected.Shape);
        return actual.Shape == shape
            ? Difference(tensor, actual, expected.ToArray<double>(), tolerance)
            : $"{tensor}: shape {actual.Shape}, expected {shape}";
    }

    /// <inheritdoc cref="Difference{T}(string, Tensor{T}, StoredTensor, double)"/>
    public static string? Difference<T>(string tensor, Tensor<T> actual, ReadOnlySpan<double> expected, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = actual.ToArray();
        double scale = 0, worst = 0;
        int at = -1;
        for (int i = 0; i < values.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs(expected[i]));
            double difference = Math.Abs(double.CreateChecked(values[i]) - expected[i]);
            // A difference that is no number is the worst of all.
            if (at >= 0 && !(difference > worst) && !double.IsNaN(difference)) continue;
            (worst, at) = (difference, i);
            if (double.IsNaN(difference)) break;
        }

        double allowed = tolerance * (1 + scale);
        if (worst <= allowed) return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"{tensor} {actual.Shape}: worst at [{Index(actual.Shape, at)}]: got {values[at]:R}, expected {expected[at]:R}; ")
            + string.Create(CultureInfo.InvariantCulture, $"|a − b| = {worst:E2}, allowed {allowed:E2} = {tolerance:E1}·(1 + max|b|)");
    }

    private static string Index(Shape shape, int position)
    {
        var index = new int[shape.Rank];
        for (int i = index.Length - 1; i >= 0; i--) (position, index[i]) = Math.DivRem(position, shape[i]);
        return string.Join(", ", index);
    }
}
