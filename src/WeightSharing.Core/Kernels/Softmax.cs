using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Softmax and its logarithm over the middle of dense [outer, count, inner] views, and their derivatives; overwrites the result, which may be
/// exactly one of the inputs.
/// </summary>
internal static class Softmax
{
    /// <summary>y = e^(x − max) / Σ e^(x − max).</summary>
    public static void Forward<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LogForward(outer, count, inner, x, y);
        for (int i = 0; i < y.Length; i++) y[i] = T.Exp(y[i]);
    }

    /// <summary>y = x − max − ln Σ e^(x − max).</summary>
    public static void LogForward<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T max = T.NegativeInfinity, sum = T.Zero;
                for (int k = 0; k < count; k++) max = T.Max(max, x[(o * count + k) * inner + i]);
                for (int k = 0; k < count; k++) sum += T.Exp(x[(o * count + k) * inner + i] - max);
                T log = T.Log(sum);
                for (int k = 0; k < count; k++) y[(o * count + k) * inner + i] = x[(o * count + k) * inner + i] - max - log;
            }
    }

    /// <summary>y = softmax x: dx = y · (dy − Σ y · dy).</summary>
    public static void Backward<T>(int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T sum = T.Zero;
                for (int k = 0; k < count; k++) sum += y[(o * count + k) * inner + i] * dy[(o * count + k) * inner + i];
                for (int k = 0; k < count; k++)
                    dx[(o * count + k) * inner + i] = y[(o * count + k) * inner + i] * (dy[(o * count + k) * inner + i] - sum);
            }
    }

    /// <summary>y = log softmax x: dx = dy − e^y · Σ dy.</summary>
    public static void LogBackward<T>(int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T sum = T.Zero;
                for (int k = 0; k < count; k++) sum += dy[(o * count + k) * inner + i];
                for (int k = 0; k < count; k++)
                    dx[(o * count + k) * inner + i] = dy[(o * count + k) * inner + i] - T.Exp(y[(o * count + k) * inner + i]) * sum;
            }
    }
}
