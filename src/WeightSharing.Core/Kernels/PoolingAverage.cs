using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        fixed (T* px = x, py = y)
        {
            if (variant == SimdVariant.Reference || !(typeof(T) == typeof(float) || typeof(T) == typeof(double)))
                ForwardReference(g, px, py, countIncludePad);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                PoolingWindows<T, Vector512<T>, Lanes512<T>>.Mean(g, px, py, countIncludePad);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                PoolingWindows<T, Vector256<T>, Lanes256<T>>.Mean(g, px, py, countIncludePad);
            else
                PoolingWindows<T, Vector128<T>, Lanes128<T>>.Mean(g, px, py, countIncludePad);
        }
    }

    /// <summary>dx[p, h, w] = Σ over the windows that hold it of dy[p, i, j] / divisor(i, j); overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, ReadOnlySpan<T> dy, Span<T> dx, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "AveragePooling.Backward";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        if (dx.IsEmpty) return;
        fixed (T* pdy = dy, pdx = dx) AveragePoolingBackward<T>.RunAll(g, pdy, pdx, countIncludePad);
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

/// <summary>
/// The backward pass of <see cref="AveragePooling"/>: rows of dy / divisor are added to rows of dx, one for each tap; chunks are runs of
/// planes. Bound by memory, and no arithmetic to speak of: plain loops.
/// </summary>
internal unsafe struct AveragePoolingBackward<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ChunkElements = 32 * 1024;

    private PoolingGeometry g;
    private bool countIncludePad;
    private T* dy, dx, columnDivisors;

    public static void RunAll(in PoolingGeometry g, T* dy, T* dx, bool countIncludePad)
    {
        using Scratch<T> divisors = Scratch<T>.Rent(g.OutputWidth);
        for (int j = 0; j < g.OutputWidth; j++)
        {
            divisors.Pointer[j] = T.CreateChecked(PoolingGeometry.Divisor(
                j, g.Width, g.KernelWidth, g.StrideWidth, g.PaddingLeft, g.PaddingRight, countIncludePad));
        }

        var work = new AveragePoolingBackward<T>
        {
            g = g,
            countIncludePad = countIncludePad,
            dy = dy,
            dx = dx,
            columnDivisors = divisors.Pointer,
        };
        int chunk = work.PlanesPerChunk;
        double nanoseconds = 0.2 * g.InputLength + 0.5 * g.OutputLength * g.KernelHeight * g.KernelWidth;
        Parallelism.For((g.Planes + chunk - 1) / chunk, ref work, nanoseconds);
    }

    public void Run(int chunk)
    {
        using Scratch<T> share = Scratch<T>.Rent(g.OutputWidth);
        int end = Math.Min((chunk + 1) * PlanesPerChunk, g.Planes);
        for (int p = chunk * PlanesPerChunk; p < end; p++)
        {
            T* plane = dx + (nint)p * g.InputPlane, row = dy + (nint)p * g.OutputPlane;
            new Span<T>(plane, g.InputPlane).Clear();
            for (int i = 0; i < g.OutputHeight; i++, row += g.OutputWidth) AddRow(i, row, plane, share.Pointer);
        }
    }

    private readonly int PlanesPerChunk => Math.Max(1, ChunkElements / Math.Max(1, g.InputPlane));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void AddRow(int i, T* row, T* plane, T* share)
    {
        T rows = T.CreateTruncating(PoolingGeometry.Divisor(
            i, g.Height, g.KernelHeight, g.StrideHeight, g.PaddingTop, g.PaddingBottom, countIncludePad));
        for (int j = 0; j < g.OutputWidth; j++) share[j] = row[j] / (rows * columnDivisors[j]);
        int top = i * g.StrideHeight - g.PaddingTop, stride = g.StrideWidth;
        for (int h = Math.Max(top, 0); h < Math.Min(top + g.KernelHeight, g.Height); h++)
        {
            for (int v = 0; v < g.KernelWidth; v++)
            {
                // j · stride + v − left in [0, width)
                int origin = v - g.PaddingLeft;
                int first = Math.Max(0, ConvolutionPlan.CeilingDivide(-origin, stride));
                int end = Math.Min(g.OutputWidth, ConvolutionPlan.CeilingDivide(g.Width - origin, stride));
                T* target = plane + (nint)h * g.Width + origin;
                for (int j = first; j < end; j++) target[(nint)j * stride] += share[j];
            }
        }
    }
}
