using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>
/// y[j] = Σ_i x[i]·M[i, j], j = 0 … stride − 1: one step of the forward (M = A) and, with the transposed matrix, of the backward recursion.
/// </summary>
/// <remarks>
/// M is rows × stride, row-major; the stride is a multiple of <see cref="Padding"/>, columns beyond the states are zeros. y may not overlap x.
/// Rabiner, "A tutorial on hidden Markov models", 1989, eqs. 20 and 25.
/// </remarks>
internal static unsafe class MatrixVector
{
    /// <summary>Doubles in the widest vector: what strides are rounded up to.</summary>
    public const int Padding = 8;

    /// <summary>The stride for this many states.</summary>
    public static int Stride(int states) => (states + Padding - 1) / Padding * Padding;

    /// <summary>As the other overload, over spans.</summary>
    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> matrix, Span<double> y, int rows, int stride, SimdWidth width)
    {
        fixed (double* source = x, m = matrix, target = y) Multiply(source, m, target, rows, stride, width);
    }

    public static void Multiply(double* x, double* matrix, double* y, int rows, int stride, SimdWidth width)
    {
        switch (width)
        {
            case SimdWidth.Vector512: Run<Vector512<double>, Lanes512<double>>(x, matrix, y, rows, stride); break;
            case SimdWidth.Vector256: Run<Vector256<double>, Lanes256<double>>(x, matrix, y, rows, stride); break;
            case SimdWidth.Vector128: Run<Vector128<double>, Lanes128<double>>(x, matrix, y, rows, stride); break;
            default: Reference(x, matrix, y, rows, stride); break;
        }
    }

    private static void Reference(double* x, double* matrix, double* y, int rows, int stride)
    {
        for (int j = 0; j < stride; j++)
        {
            double sum = 0;
            for (int i = 0; i < rows; i++) sum += x[i] * matrix[i * stride + j];
            y[j] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<V, L>(double* x, double* matrix, double* y, int rows, int stride)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        int j = 0;
        for (; j + 4 * L.Count <= stride; j += 4 * L.Count)
        {
            // Two rows at a time: eight chains hide the latency of the multiply-add.
            V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero;
            double* m = matrix + j;
            int i = 0;
            for (; i + 2 <= rows; i += 2, m += 2 * stride)
            {
                V p = L.Broadcast(x[i]), q = L.Broadcast(x[i + 1]);
                double* n = m + stride;
                a0 = L.MultiplyAdd(p, L.Load(m), a0);
                a1 = L.MultiplyAdd(p, L.Load(m + L.Count), a1);
                a2 = L.MultiplyAdd(p, L.Load(m + 2 * L.Count), a2);
                a3 = L.MultiplyAdd(p, L.Load(m + 3 * L.Count), a3);
                b0 = L.MultiplyAdd(q, L.Load(n), b0);
                b1 = L.MultiplyAdd(q, L.Load(n + L.Count), b1);
                b2 = L.MultiplyAdd(q, L.Load(n + 2 * L.Count), b2);
                b3 = L.MultiplyAdd(q, L.Load(n + 3 * L.Count), b3);
            }

            if (i < rows)
            {
                V p = L.Broadcast(x[i]);
                a0 = L.MultiplyAdd(p, L.Load(m), a0);
                a1 = L.MultiplyAdd(p, L.Load(m + L.Count), a1);
                a2 = L.MultiplyAdd(p, L.Load(m + 2 * L.Count), a2);
                a3 = L.MultiplyAdd(p, L.Load(m + 3 * L.Count), a3);
            }

            L.Store(L.Add(a0, b0), y + j);
            L.Store(L.Add(a1, b1), y + j + L.Count);
            L.Store(L.Add(a2, b2), y + j + 2 * L.Count);
            L.Store(L.Add(a3, b3), y + j + 3 * L.Count);
        }

        for (; j + 2 * L.Count <= stride; j += 2 * L.Count)
        {
            V a0 = L.Zero, a1 = L.Zero, b0 = L.Zero, b1 = L.Zero;
            double* m = matrix + j;
            int i = 0;
            for (; i + 2 <= rows; i += 2, m += 2 * stride)
            {
                V p = L.Broadcast(x[i]), q = L.Broadcast(x[i + 1]);
                a0 = L.MultiplyAdd(p, L.Load(m), a0);
                a1 = L.MultiplyAdd(p, L.Load(m + L.Count), a1);
                b0 = L.MultiplyAdd(q, L.Load(m + stride), b0);
                b1 = L.MultiplyAdd(q, L.Load(m + stride + L.Count), b1);
            }

            if (i < rows)
            {
                V p = L.Broadcast(x[i]);
                a0 = L.MultiplyAdd(p, L.Load(m), a0);
                a1 = L.MultiplyAdd(p, L.Load(m + L.Count), a1);
            }

            L.Store(L.Add(a0, b0), y + j);
            L.Store(L.Add(a1, b1), y + j + L.Count);
        }

        for (; j < stride; j += L.Count)
        {
            V a = L.Zero, b = L.Zero, c = L.Zero, d = L.Zero;
            double* m = matrix + j;
            int i = 0;
            for (; i + 4 <= rows; i += 4, m += 4 * stride)
            {
                a = L.MultiplyAdd(L.Broadcast(x[i]), L.Load(m), a);
                b = L.MultiplyAdd(L.Broadcast(x[i + 1]), L.Load(m + stride), b);
                c = L.MultiplyAdd(L.Broadcast(x[i + 2]), L.Load(m + 2 * stride), c);
                d = L.MultiplyAdd(L.Broadcast(x[i + 3]), L.Load(m + 3 * stride), d);
            }

            for (; i < rows; i++, m += stride) a = L.MultiplyAdd(L.Broadcast(x[i]), L.Load(m), a);
            L.Store(L.Add(L.Add(a, b), L.Add(c, d)), y + j);
        }
    }
}
