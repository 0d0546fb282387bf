using System.Numerics;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Mean over windows of planes [planes, H, W] → [planes, oH, oW].
/// </summary>
/// <remarks>
/// y[p, i, j] = Σ_{u, v} x[p, i·sH + u − top, j·sW + v − left] / divisor(i, j), padding being zeros. The divisor is the size of the window
/// clipped to the padded input where padding counts, the number of its elements inside the input where it does not. Dilation must be 1.
/// Dense row-major, no overlap between operands, outputs overwritten.
/// </remarks>
internal static unsafe class AveragePooling
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
        if (y.IsEmpty) return;
        if (variant != SimdVariant.Reference && Simd.HasVectorsOf<T>() && PoolingPairs<T>.Suits(g))
        {
            fixed (T* px = x, py = y) PoolingPairMeans<T>.Forward(g, px, py);
            return;
        }

        using Scratch<T> divisors = Scratch<T>.Rent(g.OutputHeight + g.OutputWidth);
        WriteDivisors(g, countIncludePad, divisors.Pointer);
        fixed (T* px = x, py = y)
        {
            if (variant == SimdVariant.Reference || !Simd.HasVectorsOf<T>())
                ForwardReference(g, px, py, countIncludePad);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                PoolingValues<T, Vector512<T>, Lanes512<T>, Add<T>>.RunAll(g, T.Zero, px, py, divisors.Pointer);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                PoolingValues<T, Vector256<T>, Lanes256<T>, Add<T>>.RunAll(g, T.Zero, px, py, divisors.Pointer);
            else
                PoolingValues<T, Vector128<T>, Lanes128<T>, Add<T>>.RunAll(g, T.Zero, px, py, divisors.Pointer);
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
        if (dx.IsEmpty) return;
        if (variant != SimdVariant.Reference && Simd.HasVectorsOf<T>() && PoolingPairs<T>.Suits(g))
        {
            fixed (T* pdy = dy, pdx = dx) PoolingPairMeans<T>.Backward(g, pdy, pdx);
            return;
        }

        using Scratch<T> divisors = Scratch<T>.Rent(g.OutputHeight + g.OutputWidth);
        WriteDivisors(g, countIncludePad, divisors.Pointer);
        fixed (T* pdy = dy, pdx = dx)
        {
            if (variant == SimdVariant.Reference || !Simd.HasVectorsOf<T>())
                PoolingAverageGradient<T, T, ScalarLanes<T>>.RunAll(g, pdy, pdx, divisors.Pointer);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                PoolingAverageGradient<T, Vector512<T>, Lanes512<T>>.RunAll(g, pdy, pdx, divisors.Pointer);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                PoolingAverageGradient<T, Vector256<T>, Lanes256<T>>.RunAll(g, pdy, pdx, divisors.Pointer);
            else
                PoolingAverageGradient<T, Vector128<T>, Lanes128<T>>.RunAll(g, pdy, pdx, divisors.Pointer);
        }
    }

    /// <summary>Of the rows, then of the columns of windows: their products divide.</summary>
    private static void WriteDivisors<T>(in PoolingGeometry g, bool countIncludePad, T* divisors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < g.OutputHeight; i++)
        {
            *divisors++ = T.CreateTruncating(PoolingGeometry.Divisor(
                i, g.Height, g.KernelHeight, g.StrideHeight, g.PaddingTop, g.PaddingBottom, countIncludePad));
        }

        for (int j = 0; j < g.OutputWidth; j++)
        {
            *divisors++ = T.CreateTruncating(PoolingGeometry.Divisor(
                j, g.Width, g.KernelWidth, g.StrideWidth, g.PaddingLeft, g.PaddingRight, countIncludePad));
        }
    }

    private static void ForwardReference<T>(in PoolingGeometry g, T* x, T* y, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int p = 0; p < g.Planes; p++, x += g.InputPlane)
        {
            for (int i = 0; i < g.OutputHeight; i++)
            {
                int top = i * g.StrideHeight - g.PaddingTop;
                int rows = PoolingGeometry.Divisor(
                    i, g.Height, g.KernelHeight, g.StrideHeight, g.PaddingTop, g.PaddingBottom, countIncludePad);
                for (int j = 0; j < g.OutputWidth; j++)
                {
                    int left = j * g.StrideWidth - g.PaddingLeft;
                    int columns = PoolingGeometry.Divisor(
                        j, g.Width, g.KernelWidth, g.StrideWidth, g.PaddingLeft, g.PaddingRight, countIncludePad);
                    T sum = T.Zero;
                    for (int h = Math.Max(top, 0); h < Math.Min(top + g.KernelHeight, g.Height); h++)
                    {
                        for (int w = Math.Max(left, 0); w < Math.Min(left + g.KernelWidth, g.Width); w++) sum += x[h * g.Width + w];
                    }

                    *y++ = sum / T.CreateChecked(rows * columns);
                }
            }
        }
    }

    private static void Validate(string operation, in PoolingGeometry g)
    {
        g.Validate(operation);
        if (g.DilationHeight != 1 || g.DilationWidth != 1)
            throw new ArgumentException($"{operation}: dilation is {g.DilationHeight}×{g.DilationWidth}; average pooling has 1.");
    }
}
