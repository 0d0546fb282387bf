using System.Numerics;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Maximum over windows of planes [planes, H, W] → [planes, oH, oW].
/// </summary>
/// <remarks>
/// y[p, i, j] = max_{u, v} x[p, i·sH + u·dH − top, j·sW + v·dW − left]; padding counts as −∞. indices[p, i, j] is the position h·W + w of
/// the first maximum in row-major order of the window; a NaN wins over any number, and the last one of the window is reported, as PyTorch
/// does. Backward sends each dy to that position. Dense row-major, no overlap between operands, outputs overwritten.
/// </remarks>
internal static unsafe class MaxPooling
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
        if (y.IsEmpty) return;
        fixed (T* px = x, py = y)
        fixed (int* pi = indices)
        {
            if (variant == SimdVariant.Reference || !IsVectorised<T>(g))
                ForwardReference(g, px, py, pi);
            else if (PoolingPairs<T>.Suits(g))
                PoolingPairs<T>.Forward(g, px, py, pi);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                PoolingWindows<T, Vector512<T>, Lanes512<T>>.Maximum(g, px, py, pi);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                PoolingWindows<T, Vector256<T>, Lanes256<T>>.Maximum(g, px, py, pi);
            else
                PoolingWindows<T, Vector128<T>, Lanes128<T>>.Maximum(g, px, py, pi);
        }
    }

    /// <summary>The maxima alone, for inference.</summary>
    public static void Forward<T>(in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Forward(Simd.Chosen, g, x, y);

    public static void Forward<T>(SimdVariant variant, in PoolingGeometry g, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "MaxPooling.Forward";
        g.Validate(operation);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "y", g.OutputLength, y.Length);
        if (y.IsEmpty) return;
        fixed (T* px = x, py = y)
        {
            if (variant == SimdVariant.Reference || !Simd.HasVectorsOf<T>())
                PoolingValues<T, T, ScalarLanes<T>, Maximum<T>>.RunAll(g, T.NegativeInfinity, px, py);
            else if (PoolingPairs<T>.Suits(g))
                PoolingPairs<T>.Forward(g, px, py, null);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                PoolingValues<T, Vector512<T>, Lanes512<T>, Maximum<T>>.RunAll(g, T.NegativeInfinity, px, py);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                PoolingValues<T, Vector256<T>, Lanes256<T>, Maximum<T>>.RunAll(g, T.NegativeInfinity, px, py);
            else
                PoolingValues<T, Vector128<T>, Lanes128<T>, Maximum<T>>.RunAll(g, T.NegativeInfinity, px, py);
        }
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
        if (dx.IsEmpty) return;
        fixed (T* pdy = dy, pdx = dx)
        fixed (int* pi = indices)
        {
            if (Simd.HasVectorsOf<T>() && PoolingPairs<T>.Suits(g)) PoolingPairs<T>.Backward(g, pdy, pi, pdx);
            else MaxPoolingBackward<T>.RunAll(g, pdy, pi, pdx);
        }
    }

    /// <summary>The first maximum of the window at (i, j) and its place in the plane: the definition.</summary>
    public static (T Value, int Index) Window<T>(in PoolingGeometry g, T* plane, int i, int j)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int firstRow, int endRow) = PoolingGeometry.Taps(i, g.Height, g.KernelHeight, g.StrideHeight, g.DilationHeight, g.PaddingTop);
        (int firstColumn, int endColumn) = PoolingGeometry.Taps(j, g.Width, g.KernelWidth, g.StrideWidth, g.DilationWidth, g.PaddingLeft);
        T best = T.NegativeInfinity;
        int index = -1;
        for (int u = firstRow; u < endRow; u++)
        {
            int row = (i * g.StrideHeight + u * g.DilationHeight - g.PaddingTop) * g.Width;
            for (int v = firstColumn; v < endColumn; v++)
            {
                int position = row + j * g.StrideWidth + v * g.DilationWidth - g.PaddingLeft;
                T value = plane[position];
                if (index < 0 || value > best || T.IsNaN(value)) (best, index) = (value, position);
            }
        }

        return (best, index);
    }

    /// <summary>The vectors carry distances within a window as numbers of type T, which in float are exact up to 2²⁴.</summary>
    private static bool IsVectorised<T>(in PoolingGeometry g)
        => typeof(T) == typeof(double) || (typeof(T) == typeof(float) && (g.KernelHeight * g.DilationHeight + 1L) * g.Width < 1 << 24);

    private static void ForwardReference<T>(in PoolingGeometry g, T* x, T* y, int* indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int p = 0; p < g.Planes; p++, x += g.InputPlane)
        {
            for (int i = 0; i < g.OutputHeight; i++)
            {
                for (int j = 0; j < g.OutputWidth; j++) (*y++, *indices++) = Window(g, x, i, j);
            }
        }
    }
}

/// <summary>The backward pass of <see cref="MaxPooling"/>; chunks are runs of planes.</summary>
internal unsafe struct MaxPoolingBackward<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ChunkElements = 32 * 1024;

    private int planes, inputPlane, outputPlane;
    private T* dy, dx;
    private int* indices;

    public static void RunAll(in PoolingGeometry g, T* dy, int* indices, T* dx)
    {
        var work = new MaxPoolingBackward<T>
        {
            planes = g.Planes,
            inputPlane = g.InputPlane,
            outputPlane = g.OutputPlane,
            dy = dy,
            dx = dx,
            indices = indices,
        };
        int chunk = work.PlanesPerChunk;
        Parallelism.For((g.Planes + chunk - 1) / chunk, ref work, 0.2 * g.InputLength + g.OutputLength);
    }

    public void Run(int chunk)
    {
        int end = Math.Min((chunk + 1) * PlanesPerChunk, planes);
        for (int p = chunk * PlanesPerChunk; p < end; p++)
        {
            var plane = new Span<T>(dx + (nint)p * inputPlane, inputPlane);
            plane.Clear();
            T* gradient = dy + (nint)p * outputPlane;
            int* index = indices + (nint)p * outputPlane;
            for (int i = 0; i < outputPlane; i++) plane[index[i]] += gradient[i];
        }
    }

    private readonly int PlanesPerChunk => Math.Max(1, ChunkElements / Math.Max(1, inputPlane));
}
