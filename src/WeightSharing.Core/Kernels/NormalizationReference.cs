using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>The plain loops of <see cref="Normalization"/>, whose contract holds.</summary>
internal static class NormalizationReference
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
            for (int o = 0; o < outer; o++)
                foreach (T value in x.Slice((o * groups + g) * inner, inner)) sum += value;
            T m = sum / count;
            for (int o = 0; o < outer; o++)
                foreach (T value in x.Slice((o * groups + g) * inner, inner)) squares += (value - m) * (value - m);
            T v = squares / count, r = T.One / T.Sqrt(v + epsilon);
            (mean[g], variance[g]) = (m, v);
            for (int o = 0; o < outer; o++)
            {
                int start = (o * groups + g) * inner;
                for (int i = 0; i < inner; i++)
                {
                    T value = (x[start + i] - m) * r;
                    if (!weight.IsEmpty) value *= weight[perElement ? i : g];
                    y[start + i] = bias.IsEmpty ? value : value + bias[perElement ? i : g];
                }
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
                for (int i = 0; i < inner; i++)
                {
                    T given = dy[start + i], normal = (x[start + i] - m) * r,
                        slope = weight.IsEmpty ? given : given * weight[perElement ? i : g];
                    sum += slope;
                    product += slope * normal;
                    if (weight.IsEmpty) continue;
                    dWeight[perElement ? i : g] += given * normal;
                    dBias[perElement ? i : g] += given;
                }
            }

            for (int o = 0; o < outer; o++)
            {
                int start = (o * groups + g) * inner;
                for (int i = 0; i < inner; i++)
                {
                    T slope = weight.IsEmpty ? dy[start + i] : dy[start + i] * weight[perElement ? i : g];
                    dx[start + i] = r * (slope - sum / count - (x[start + i] - m) * r * (product / count));
                }
            }
        }
    }
}
