using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Mean over windows of planes [planes, H, W] → [planes, oH, oW].
/// </summary>
/// <remarks>
/// y[p, i, j] = Σ_{u, v} x[p, i·sH + u − top, j·sW + v − left] / divisor(i, j), padding being zeros. The divisor is the size of the window
/// clipped to the padded input where padding counts, the number of its elements inside the input where it does not. Dilation must be 1.
/// Dense row-major, no overlap between operands, outputs overwritten.
/// </remarks>
internal static class AveragePooling
{
    public static void Forward<T>(in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Forward(Simd.Chosen, g, x, y, countIncludePad);

    public static void Forward<T>(SimdVariant variant, in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "AveragePooling.Forward";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "y", g.OutputLength, y.Length);
        for (int p = 0; p < g.Planes; p++)
        {
            for (int i = 0; i < g.OutputHeight; i++)
            {
                (int firstRow, int endRow, int rows) =
                    Window(i, g.Height, g.KernelHeight, g.StrideHeight, g.PaddingTop, g.PaddingBottom, countIncludePad);
                for (int j = 0; j < g.OutputWidth; j++)
                {
                    (int firstColumn, int endColumn, int columns) =
                        Window(j, g.Width, g.KernelWidth, g.StrideWidth, g.PaddingLeft, g.PaddingRight, countIncludePad);
                    T sum = T.Zero;
                    for (int h = firstRow; h < endRow; h++)
                    {
                        for (int w = firstColumn; w < endColumn; w++) sum += x[(p * g.Height + h) * g.Width + w];
                    }

                    y[(p * g.OutputHeight + i) * g.OutputWidth + j] = sum / T.CreateChecked(rows * columns);
                }
            }
        }
    }

    /// <summary>dx[p, h, w] = Σ over the windows that hold it of dy[p, i, j] / divisor(i, j); overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, ReadOnlySpan<T> dy, Span<T> dx, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Backward(Simd.Chosen, g, dy, dx, countIncludePad);

    public static void Backward<T>(SimdVariant variant, in PoolingGeometry g, ReadOnlySpan<T> dy, Span<T> dx, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "AveragePooling.Backward";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        dx.Clear();
        for (int p = 0; p < g.Planes; p++)
        {
            for (int i = 0; i < g.OutputHeight; i++)
            {
                (int firstRow, int endRow, int rows) =
                    Window(i, g.Height, g.KernelHeight, g.StrideHeight, g.PaddingTop, g.PaddingBottom, countIncludePad);
                for (int j = 0; j < g.OutputWidth; j++)
                {
                    (int firstColumn, int endColumn, int columns) =
                        Window(j, g.Width, g.KernelWidth, g.StrideWidth, g.PaddingLeft, g.PaddingRight, countIncludePad);
                    T share = dy[(p * g.OutputHeight + i) * g.OutputWidth + j] / T.CreateChecked(rows * columns);
                    for (int h = firstRow; h < endRow; h++)
                    {
                        for (int w = firstColumn; w < endColumn; w++) dx[(p * g.Height + h) * g.Width + w] += share;
                    }
                }
            }
        }
    }

    /// <summary>The part of a window inside the input, [First, End), and its extent in the divisor.</summary>
    private static (int First, int End, int Divisor) Window(
        int index, int extent, int kernel, int stride, int before, int after, bool countIncludePad)
    {
        int origin = index * stride - before;
        int first = Math.Max(origin, 0), end = Math.Min(origin + kernel, extent);
        return (first, end, countIncludePad ? Math.Min(origin + kernel, extent + after) - origin : end - first);
    }

    private static void Validate(string operation, in PoolingGeometry g)
    {
        g.Validate(operation);
        if (g.DilationHeight != 1 || g.DilationWidth != 1)
            throw new ArgumentException($"{operation}: dilation is {g.DilationHeight}×{g.DilationWidth}; average pooling has 1.");
    }
}
