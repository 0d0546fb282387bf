using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>The three products of <see cref="LocallyConnected"/> as plain loops.</summary>
internal static class LocallyConnectedReference
{
    public static void Forward<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int positions = g.OutputPlane, patch = g.PatchSize;
        for (int n = 0; n < g.Batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                for (int p = 0; p < positions; p++)
                {
                    T sum = bias.IsEmpty ? T.Zero : bias[p * g.OutputChannels + o];
                    for (int k = 0; k < patch; k++)
                    {
                        int source = Source(g, n, p, k);
                        if (source >= 0) sum += weight[(p * g.OutputChannels + o) * patch + k] * x[source];
                    }

                    y[(n * g.OutputChannels + o) * positions + p] = sum;
                }
            }
        }
    }

    public static void InputGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dx.Clear();
        int positions = g.OutputPlane, patch = g.PatchSize;
        for (int n = 0; n < g.Batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                for (int p = 0; p < positions; p++)
                {
                    T factor = dy[(n * g.OutputChannels + o) * positions + p];
                    for (int k = 0; k < patch; k++)
                    {
                        int source = Source(g, n, p, k);
                        if (source >= 0) dx[source] += weight[(p * g.OutputChannels + o) * patch + k] * factor;
                    }
                }
            }
        }
    }

    public static void WeightGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int positions = g.OutputPlane, patch = g.PatchSize;
        for (int p = 0; p < positions; p++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                for (int k = 0; k < patch; k++)
                {
                    T sum = T.Zero;
                    for (int n = 0; n < g.Batch; n++)
                    {
                        int source = Source(g, n, p, k);
                        if (source >= 0) sum += dy[(n * g.OutputChannels + o) * positions + p] * x[source];
                    }

                    int index = (p * g.OutputChannels + o) * patch + k;
                    dw[index] = accumulate ? dw[index] + sum : sum;
                }
            }
        }
    }

    public static void BiasGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> dy, Span<T> db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int positions = g.OutputPlane;
        for (int p = 0; p < positions; p++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                T sum = T.Zero;
                for (int n = 0; n < g.Batch; n++) sum += dy[(n * g.OutputChannels + o) * positions + p];
                db[p * g.OutputChannels + o] = sum;
            }
        }
    }

    /// <summary>Index in x of patch entry k at output position p of image n, or −1 on padding.</summary>
    private static int Source(in ConvolutionGeometry g, int n, int p, int k)
    {
        int c = k / g.KernelSize, u = k / g.KernelWidth % g.KernelHeight, v = k % g.KernelWidth;
        int h = p / g.OutputWidth * g.StrideHeight + u * g.DilationHeight - g.PaddingTop;
        int w = p % g.OutputWidth * g.StrideWidth + v * g.DilationWidth - g.PaddingLeft;
        return (uint)h < (uint)g.Height && (uint)w < (uint)g.Width
            ? (n * g.InputChannels + c) * g.InputPlane + h * g.Width + w
            : -1;
    }
}
