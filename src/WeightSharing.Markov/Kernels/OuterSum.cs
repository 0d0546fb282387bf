using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>W[i, j] += Σ_t a[t, i]·u[t, j]: the expected transitions of a block of steps, before they are multiplied by the transition matrix.</summary>
/// <remarks>All three are row-major with one stride, a multiple of <see cref="MatrixVector.Padding"/>; only the first <c>rows</c> rows of W are touched.</remarks>
internal static unsafe class OuterSum
{
    /// <summary>As the other overload, over spans.</summary>
    public static void Accumulate(ReadOnlySpan<double> a, ReadOnlySpan<double> u, Span<double> w, int steps, int rows, int stride, SimdWidth width)
    {
        fixed (double* left = a, right = u, target = w) Accumulate(left, right, target, steps, rows, stride, width);
    }

    public static void Accumulate(double* a, double* u, double* w, int steps, int rows, int stride, SimdWidth width)
    {
        switch (width)
        {
            case SimdWidth.Vector512: Run<Vector512<double>, Lanes512<double>>(a, u, w, steps, rows, stride); break;
            case SimdWidth.Vector256: Run<Vector256<double>, Lanes256<double>>(a, u, w, steps, rows, stride); break;
            case SimdWidth.Vector128: Run<Vector128<double>, Lanes128<double>>(a, u, w, steps, rows, stride); break;
            default: Reference(a, u, w, steps, rows, stride); break;
        }
    }

    private static void Reference(double* a, double* u, double* w, int steps, int rows, int stride)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < stride; j++)
            {
                double sum = 0;
                for (int t = 0; t < steps; t++) sum += a[t * stride + i] * u[t * stride + j];
                w[i * stride + j] += sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<V, L>(double* a, double* u, double* w, int steps, int rows, int stride)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        int j = 0;
        for (; j + 2 * L.Count <= stride; j += 2 * L.Count)
        {
            int i = 0;
            for (; i + 4 <= rows; i += 4)
            {
                V c00 = L.Zero, c01 = L.Zero, c10 = L.Zero, c11 = L.Zero, c20 = L.Zero, c21 = L.Zero, c30 = L.Zero, c31 = L.Zero;
                double* p = a + i, q = u + j;
                for (int t = 0; t < steps; t++, p += stride, q += stride)
                {
                    V v0 = L.Load(q), v1 = L.Load(q + L.Count);
                    V s = L.Broadcast(p[0]);
                    c00 = L.MultiplyAdd(s, v0, c00);
                    c01 = L.MultiplyAdd(s, v1, c01);
                    s = L.Broadcast(p[1]);
                    c10 = L.MultiplyAdd(s, v0, c10);
                    c11 = L.MultiplyAdd(s, v1, c11);
                    s = L.Broadcast(p[2]);
                    c20 = L.MultiplyAdd(s, v0, c20);
                    c21 = L.MultiplyAdd(s, v1, c21);
                    s = L.Broadcast(p[3]);
                    c30 = L.MultiplyAdd(s, v0, c30);
                    c31 = L.MultiplyAdd(s, v1, c31);
                }

                double* target = w + i * stride + j;
                AddTo<V, L>(target, c00, c01);
                AddTo<V, L>(target + stride, c10, c11);
                AddTo<V, L>(target + 2 * stride, c20, c21);
                AddTo<V, L>(target + 3 * stride, c30, c31);
            }

            for (; i < rows; i++)
            {
                V c0 = L.Zero, c1 = L.Zero;
                for (int t = 0; t < steps; t++)
                {
                    V s = L.Broadcast(a[t * stride + i]);
                    c0 = L.MultiplyAdd(s, L.Load(u + t * stride + j), c0);
                    c1 = L.MultiplyAdd(s, L.Load(u + t * stride + j + L.Count), c1);
                }

                AddTo<V, L>(w + i * stride + j, c0, c1);
            }
        }

        for (; j < stride; j += L.Count)
        {
            int i = 0;
            for (; i + 4 <= rows; i += 4)
            {
                V c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero;
                double* p = a + i, q = u + j;
                for (int t = 0; t < steps; t++, p += stride, q += stride)
                {
                    V v = L.Load(q);
                    c0 = L.MultiplyAdd(L.Broadcast(p[0]), v, c0);
                    c1 = L.MultiplyAdd(L.Broadcast(p[1]), v, c1);
                    c2 = L.MultiplyAdd(L.Broadcast(p[2]), v, c2);
                    c3 = L.MultiplyAdd(L.Broadcast(p[3]), v, c3);
                }

                double* target = w + i * stride + j;
                L.Store(L.Add(L.Load(target), c0), target);
                L.Store(L.Add(L.Load(target + stride), c1), target + stride);
                L.Store(L.Add(L.Load(target + 2 * stride), c2), target + 2 * stride);
                L.Store(L.Add(L.Load(target + 3 * stride), c3), target + 3 * stride);
            }

            for (; i < rows; i++)
            {
                V c = L.Zero;
                for (int t = 0; t < steps; t++) c = L.MultiplyAdd(L.Broadcast(a[t * stride + i]), L.Load(u + t * stride + j), c);
                L.Store(L.Add(L.Load(w + i * stride + j), c), w + i * stride + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<V, L>(double* target, V first, V second)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        L.Store(L.Add(L.Load(target), first), target);
        L.Store(L.Add(L.Load(target + L.Count), second), target + L.Count);
    }
}
