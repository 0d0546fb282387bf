using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Maximum over windows of planes [planes, H, W] → [planes, oH, oW].
/// </summary>
/// <remarks>
/// y[p, i, j] = max_{u, v} x[p, i·sH + u·dH − top, j·sW + v·dW − left]; padding counts as −∞. indices[p, i, j] is the position h·W + w of
/// the first maximum in row-major order of the window; a NaN wins over any number, and the last one of the window is reported, as PyTorch
/// does. Backward sends each dy to that position. Dense row-major, no overlap between operands, outputs overwritten.
/// </remarks>
internal static class MaxPooling
{
    public static void Forward<T>(in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Forward(Simd.Chosen, g, x, y, indices);

    public static void Forward<T>(SimdVariant variant, in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "MaxPooling.Forward";
        g.Validate(operation);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "y", g.OutputLength, y.Length);
        ConvolutionGeometry.Expect(operation, "indices", g.OutputLength, indices.Length);
        ForwardReference(g, x, y, indices);
    }

    /// <summary>dx = 0, then dx[p, indices[p, i, j]] += dy[p, i, j] in row-major order.</summary>
    public static void Backward<T>(in PoolingGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<int> indices, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "MaxPooling.Backward";
        g.Validate(operation);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "indices", g.OutputLength, indices.Length);
        ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        dx.Clear();
        for (int p = 0; p < g.Planes; p++)
        {
            Span<T> plane = dx.Slice(p * g.InputPlane, g.InputPlane);
            for (int i = 0; i < g.OutputPlane; i++) plane[indices[p * g.OutputPlane + i]] += dy[p * g.OutputPlane + i];
        }
    }

    private static void ForwardReference<T>(in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int p = 0; p < g.Planes; p++)
        {
            ReadOnlySpan<T> plane = x.Slice(p * g.InputPlane, g.InputPlane);
            for (int i = 0; i < g.OutputHeight; i++)
            {
                (int firstRow, int endRow) = PoolingGeometry.Taps(i, g.Height, g.KernelHeight, g.StrideHeight, g.DilationHeight, g.PaddingTop);
                for (int j = 0; j < g.OutputWidth; j++)
                {
                    (int firstColumn, int endColumn) =
                        PoolingGeometry.Taps(j, g.Width, g.KernelWidth, g.StrideWidth, g.DilationWidth, g.PaddingLeft);
                    T best = T.NegativeInfinity;
                    int index = -1;
                    for (int u = firstRow; u < endRow; u++)
                    {
                        int h = i * g.StrideHeight + u * g.DilationHeight - g.PaddingTop;
                        for (int v = firstColumn; v < endColumn; v++)
                        {
                            int position = h * g.Width + j * g.StrideWidth + v * g.DilationWidth - g.PaddingLeft;
                            T value = plane[position];
                            if (index < 0 || value > best || T.IsNaN(value))
                            {
                                best = value;
                                index = position;
                            }
                        }
                    }

                    int target = (p * g.OutputHeight + i) * g.OutputWidth + j;
                    y[target] = best;
                    indices[target] = index;
                }
            }
        }
    }
}
