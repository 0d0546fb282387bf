using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Normalisation of groups: x dense [outer, groups, inner], mean and biased variance of each group over (outer, inner).
/// </summary>
/// <remarks>
/// y = (x − m)·r·w + b with r = 1/√(v + ε). The weight is [groups], or [inner] when <c>perElement</c>; an empty one stands for 1, and an empty bias for 0.
/// Backward: ĝ = dy·w, dx = r·(ĝ − mean ĝ − x̂·mean(ĝ·x̂)), dw = Σ dy·x̂, db = Σ dy, all overwritten. No operand may overlap another, but dx may be dy.
/// Groups are independent; one is worked on after the other, in two passes over it, each sum in one fixed order. Source: Ioffe and Szegedy 2015.
/// </remarks>
internal static class Normalization
{
    public static void Forward<T>(
        int outer, int groups, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, bool perElement, T epsilon,
        Span<T> y, Span<T> mean, Span<T> variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateChecked((long)outer * inner);
        for (int g = 0; g < groups; g++)
        {
            T sum = T.Zero, squares = T.Zero;
            for (int o = 0; o < outer; o++) sum += Sum(x.Slice((o * groups + g) * inner, inner), T.Zero);
            T m = sum / count;
            for (int o = 0; o < outer; o++) squares += SquaredDeviation(x.Slice((o * groups + g) * inner, inner), m);
            T v = squares / count, r = T.One / T.Sqrt(v + epsilon);
            (mean[g], variance[g]) = (m, v);
            for (int o = 0; o < outer; o++)
            {
                int start = (o * groups + g) * inner;
                Write(x.Slice(start, inner), y.Slice(start, inner), m, r, g, weight, bias, perElement);
            }
        }
    }

    public static void Backward<T>(
        int outer, int groups, int inner, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, bool perElement,
        ReadOnlySpan<T> mean, ReadOnlySpan<T> variance, T epsilon, Span<T> dx, Span<T> dWeight, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateChecked((long)outer * inner);
        dWeight.Clear();
        dBias.Clear();
        for (int g = 0; g < groups; g++)
        {
            T m = mean[g], r = T.One / T.Sqrt(variance[g] + epsilon), sum = T.Zero, product = T.Zero;
            for (int o = 0; o < outer; o++)
            {
                int start = (o * groups + g) * inner;
                for (int i = start; i < start + inner; i++)
                {
                    T normal = (x[i] - m) * r;
                    int at = perElement ? i - start : g;
                    T slope = weight.IsEmpty ? dy[i] : dy[i] * weight[at];
                    sum += slope;
                    product += slope * normal;
                    if (!dWeight.IsEmpty) dWeight[at] += dy[i] * normal;
                    if (!dBias.IsEmpty) dBias[at] += dy[i];
                }
            }

            (sum, product) = (sum / count, product / count);
            for (int o = 0; o < outer; o++)
            {
                int start = (o * groups + g) * inner;
                for (int i = start; i < start + inner; i++)
                {
                    T slope = weight.IsEmpty ? dy[i] : dy[i] * weight[perElement ? i - start : g];
                    dx[i] = r * (slope - sum - (x[i] - m) * r * product);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Sum<T>(ReadOnlySpan<T> x, T start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (T value in x) start += value;
        return start;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T SquaredDeviation<T>(ReadOnlySpan<T> x, T mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        foreach (T value in x) sum += (value - mean) * (value - mean);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write<T>(
        ReadOnlySpan<T> x, Span<T> y, T mean, T inverse, int group, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, bool perElement)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            int at = perElement ? i : group;
            T value = (x[i] - mean) * inverse;
            if (!weight.IsEmpty) value *= weight[at];
            y[i] = bias.IsEmpty ? value : value + bias[at];
        }
    }
}
