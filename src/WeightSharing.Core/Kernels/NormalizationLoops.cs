using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// What normalisation does with runs of n contiguous elements of a group, one run pitch elements from the next, in vectors; what is left of a run is a vector
/// that overlaps the one before it, and element by element in runs shorter than a vector. Sums in four partial sums over all runs, added in one fixed order.
/// A null weight stands for ones, a null bias for zeros; the others must not overlap what is written.
/// </summary>
internal static unsafe class NormalizationLoops<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Elements of a block of runs whose sums are made together: far enough ahead for the next one to be fetched meanwhile.</summary>
    public const int BlockLength = 1 << 11;

    /// <summary>Σ x; asks the memory for what lies <paramref name="ahead"/> elements on, as the other sums do.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static T Sum(T* x, nint runs, nint n, nint pitch, nint ahead)
    {
        V a = L.Zero, b = L.Zero, c = L.Zero, d = L.Zero, rest = Rest(n);
        T scalars = T.Zero;
        for (nint run = 0; run < runs; run++, x += pitch)
        {
            nint i = 0;
            for (; i <= n - 4 * L.Count; i += 4 * L.Count)
            {
                Simd.Prefetch(x + ahead + i, 4 * L.Count * sizeof(T));
                a = L.Add(a, L.Load(x + i));
                b = L.Add(b, L.Load(x + i + L.Count));
                c = L.Add(c, L.Load(x + i + 2 * L.Count));
                d = L.Add(d, L.Load(x + i + 3 * L.Count));
            }

            for (; i <= n - L.Count; i += L.Count)
            {
                Simd.Prefetch(x + ahead + i, L.Count * sizeof(T));
                (a, b, c) = (L.Add(b, L.Load(x + i)), c, a);
            }

            if (i < n && n >= L.Count)
            {
                Simd.Prefetch(x + ahead + i);
                d = L.Add(d, L.And(rest, L.Load(x + n - L.Count)));
            }
            else
            {
                for (; i < n; i++) scalars += x[i];
            }
        }

        return L.Sum(L.Add(L.Add(a, b), L.Add(c, d))) + scalars;
    }

    /// <summary>Σ (x − pivot) and Σ (x − pivot)²</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static (T Sum, T Squares) Deviations(T* x, nint runs, nint n, nint pitch, nint ahead, T pivot)
    {
        V a = L.Zero, b = L.Zero, c = L.Zero, d = L.Zero, p = L.Broadcast(pivot), rest = Rest(n);
        T sum = T.Zero, squares = T.Zero;
        for (nint run = 0; run < runs; run++, x += pitch)
        {
            nint i = 0;
            for (; i <= n - 2 * L.Count; i += 2 * L.Count)
            {
                Simd.Prefetch(x + ahead + i, 2 * L.Count * sizeof(T));
                V first = L.Subtract(L.Load(x + i), p), second = L.Subtract(L.Load(x + i + L.Count), p);
                a = L.Add(a, first);
                b = L.Add(b, second);
                c = L.MultiplyAdd(first, first, c);
                d = L.MultiplyAdd(second, second, d);
            }

            Simd.Prefetch(x + ahead + i, 2 * L.Count * sizeof(T));
            if (i <= n - L.Count)
            {
                V deviation = L.Subtract(L.Load(x + i), p);
                a = L.Add(a, deviation);
                c = L.MultiplyAdd(deviation, deviation, c);
                i += L.Count;
            }

            if (i < n && n >= L.Count)
            {
                V deviation = L.And(rest, L.Subtract(L.Load(x + n - L.Count), p));
                b = L.Add(b, deviation);
                d = L.MultiplyAdd(deviation, deviation, d);
            }
            else
            {
                for (; i < n; i++)
                {
                    sum += x[i] - pivot;
                    squares += (x[i] - pivot) * (x[i] - pivot);
                }
            }
        }

        return (L.Sum(L.Add(a, b)) + sum, L.Sum(L.Add(c, d)) + squares);
    }

    /// <summary>Σ (x − mean)² over one run.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static T SquaredDeviation(T* x, nint n, T mean)
    {
        V a = L.Zero, b = L.Zero, c = L.Zero, d = L.Zero, m = L.Broadcast(mean);
        nint i = 0;
        for (; i <= n - 4 * L.Count; i += 4 * L.Count)
        {
            V first = L.Subtract(L.Load(x + i), m), second = L.Subtract(L.Load(x + i + L.Count), m);
            V third = L.Subtract(L.Load(x + i + 2 * L.Count), m), fourth = L.Subtract(L.Load(x + i + 3 * L.Count), m);
            a = L.MultiplyAdd(first, first, a);
            b = L.MultiplyAdd(second, second, b);
            c = L.MultiplyAdd(third, third, c);
            d = L.MultiplyAdd(fourth, fourth, d);
        }

        for (; i <= n - L.Count; i += L.Count)
        {
            V deviation = L.Subtract(L.Load(x + i), m);
            (a, b, c) = (L.MultiplyAdd(deviation, deviation, b), c, a);
        }

        T scalars = T.Zero;
        if (i < n && n >= L.Count)
        {
            V deviation = L.And(Rest(n), L.Subtract(L.Load(x + n - L.Count), m));
            d = L.MultiplyAdd(deviation, deviation, d);
        }
        else
        {
            for (; i < n; i++) scalars += (x[i] - mean) * (x[i] - mean);
        }

        return L.Sum(L.Add(L.Add(a, b), L.Add(c, d))) + scalars;
    }

    /// <summary>y = (x − mean)·scale + shift over runs that follow one another, each of which has a mean, a scale and a shift of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void WriteRuns(T* x, T* y, nint runs, nint n, T* mean, T* scale, T* shift)
    {
        for (nint g = 0; g < runs; g++, x += n, y += n)
        {
            V m = L.Broadcast(mean[g]), s = L.Broadcast(scale[g]), t = L.Broadcast(shift[g]);
            nint i = 0;
            for (; i <= n - L.Count; i += L.Count) L.Store(L.MultiplyAdd(L.Subtract(L.Load(x + i), m), s, t), y + i);
            if (i < n && n >= L.Count) L.Store(L.MultiplyAdd(L.Subtract(L.Load(x + n - L.Count), m), s, t), y + n - L.Count);
            else for (; i < n; i++) y[i] = (x[i] - mean[g]) * scale[g] + shift[g];
        }
    }

    /// <summary>y = x·scale + shift over runs as those of <see cref="WriteRuns"/>, of a vector at least.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ScaleRuns(T* x, T* y, nint runs, nint n, T* scale, T* shift)
    {
        for (nint g = 0; g < runs; g++, x += n, y += n)
        {
            V s = L.Broadcast(scale[g]), t = L.Broadcast(shift[g]);
            nint i = 0;
            for (; i <= n - L.Count; i += L.Count) L.Store(L.MultiplyAdd(L.Load(x + i), s, t), y + i);
            if (i < n) L.Store(L.MultiplyAdd(L.Load(x + n - L.Count), s, t), y + n - L.Count);
        }
    }

    /// <summary>y = (x − mean)·inverse·weight[i] + bias[i]</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void WriteByElement(T* x, T* y, int n, T mean, T inverse, T* weight, T* bias)
    {
        V m = L.Broadcast(mean), r = L.Broadcast(inverse);
        int i = 0;
        for (; i <= n - L.Count; i += L.Count)
        {
            V normal = L.Multiply(L.Subtract(L.Load(x + i), m), r);
            L.Store(L.MultiplyAdd(normal, L.Load(weight + i), bias == null ? L.Zero : L.Load(bias + i)), y + i);
        }

        for (; i < n; i++) y[i] = (x[i] - mean) * inverse * weight[i] + (bias == null ? T.Zero : bias[i]);
    }

    /// <summary>Σ dy and Σ dy·(x − mean)</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static (T Sum, T Product) Sums(T* dy, T* x, nint runs, nint n, nint pitch, nint ahead, T mean)
    {
        V a = L.Zero, b = L.Zero, c = L.Zero, d = L.Zero, m = L.Broadcast(mean), rest = Rest(n);
        T sum = T.Zero, product = T.Zero;
        for (nint run = 0; run < runs; run++, dy += pitch, x += pitch)
        {
            nint i = 0;
            for (; i <= n - 2 * L.Count; i += 2 * L.Count)
            {
                Simd.Prefetch(dy + ahead + i, 2 * L.Count * sizeof(T));
                Simd.Prefetch(x + ahead + i, 2 * L.Count * sizeof(T));
                V first = L.Load(dy + i), second = L.Load(dy + i + L.Count);
                a = L.Add(a, first);
                b = L.Add(b, second);
                c = L.MultiplyAdd(first, L.Subtract(L.Load(x + i), m), c);
                d = L.MultiplyAdd(second, L.Subtract(L.Load(x + i + L.Count), m), d);
            }

            if (n < L.Count)
            {
                for (; i < n; i++)
                {
                    sum += dy[i];
                    product += dy[i] * (x[i] - mean);
                }

                continue;
            }

            Simd.Prefetch(dy + ahead + i, 2 * L.Count * sizeof(T));
            Simd.Prefetch(x + ahead + i, 2 * L.Count * sizeof(T));
            if (i <= n - L.Count)
            {
                V given = L.Load(dy + i);
                a = L.Add(a, given);
                c = L.MultiplyAdd(given, L.Subtract(L.Load(x + i), m), c);
                i += L.Count;
            }

            if (i < n)
            {
                // The deviation too: what is not a number must not count twice.
                V given = L.And(rest, L.Load(dy + n - L.Count)), deviation = L.And(rest, L.Subtract(L.Load(x + n - L.Count), m));
                b = L.Add(b, given);
                d = L.MultiplyAdd(given, deviation, d);
            }
        }

        return (L.Sum(L.Add(a, b)) + sum, L.Sum(L.Add(c, d)) + product);
    }

    /// <summary>Σ dy·weight and Σ dy·weight·(x − mean); adds dy·(x − mean)·inverse to dWeight and dy to dBias.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static (T Sum, T Product) SumsByElement(T* dy, T* x, int n, nint ahead, T mean, T inverse, T* weight, T* dWeight, T* dBias)
    {
        V a = L.Zero, c = L.Zero, m = L.Broadcast(mean), r = L.Broadcast(inverse);
        int i = 0;
        for (; i <= n - L.Count; i += L.Count)
        {
            Simd.Prefetch(dy + ahead + i, L.Count * sizeof(T));
            Simd.Prefetch(x + ahead + i, L.Count * sizeof(T));
            V given = L.Load(dy + i), slope = L.Multiply(given, L.Load(weight + i)), deviation = L.Subtract(L.Load(x + i), m);
            a = L.Add(a, slope);
            c = L.MultiplyAdd(slope, deviation, c);
            L.Store(L.MultiplyAdd(given, L.Multiply(deviation, r), L.Load(dWeight + i)), dWeight + i);
            L.Store(L.Add(L.Load(dBias + i), given), dBias + i);
        }

        T sum = L.Sum(a), product = L.Sum(c);
        for (; i < n; i++)
        {
            T slope = dy[i] * weight[i], deviation = x[i] - mean;
            sum += slope;
            product += slope * deviation;
            dWeight[i] += dy[i] * (deviation * inverse);
            dBias[i] += dy[i];
        }

        return (sum, product);
    }

    /// <summary>
    /// <see cref="SumsByElement"/> of four runs, one after the other at dy and x, with four of everything else: dWeight and dBias are read and written
    /// once for all four, in the order of the runs, so that no bit changes.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void SumsOfFourByElement(
        T* dy, T* x, int n, T* mean, T* inverse, T* weight, T* dWeight, T* dBias, T* sum, T* product)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero;
        V m0 = L.Broadcast(mean[0]), m1 = L.Broadcast(mean[1]), m2 = L.Broadcast(mean[2]), m3 = L.Broadcast(mean[3]);
        V r0 = L.Broadcast(inverse[0]), r1 = L.Broadcast(inverse[1]), r2 = L.Broadcast(inverse[2]), r3 = L.Broadcast(inverse[3]);
        T* dy1 = dy + n, dy2 = dy1 + n, dy3 = dy2 + n, x1 = x + n, x2 = x1 + n, x3 = x2 + n;
        int i = 0;
        for (; i <= n - L.Count; i += L.Count)
        {
            V w = L.Load(weight + i), dw = L.Load(dWeight + i), db = L.Load(dBias + i);
            V given = L.Load(dy + i), slope = L.Multiply(given, w), deviation = L.Subtract(L.Load(x + i), m0);
            a0 = L.Add(a0, slope);
            c0 = L.MultiplyAdd(slope, deviation, c0);
            dw = L.MultiplyAdd(given, L.Multiply(deviation, r0), dw);
            db = L.Add(db, given);

            given = L.Load(dy1 + i);
            slope = L.Multiply(given, w);
            deviation = L.Subtract(L.Load(x1 + i), m1);
            a1 = L.Add(a1, slope);
            c1 = L.MultiplyAdd(slope, deviation, c1);
            dw = L.MultiplyAdd(given, L.Multiply(deviation, r1), dw);
            db = L.Add(db, given);

            given = L.Load(dy2 + i);
            slope = L.Multiply(given, w);
            deviation = L.Subtract(L.Load(x2 + i), m2);
            a2 = L.Add(a2, slope);
            c2 = L.MultiplyAdd(slope, deviation, c2);
            dw = L.MultiplyAdd(given, L.Multiply(deviation, r2), dw);
            db = L.Add(db, given);

            given = L.Load(dy3 + i);
            slope = L.Multiply(given, w);
            deviation = L.Subtract(L.Load(x3 + i), m3);
            a3 = L.Add(a3, slope);
            c3 = L.MultiplyAdd(slope, deviation, c3);
            L.Store(L.MultiplyAdd(given, L.Multiply(deviation, r3), dw), dWeight + i);
            L.Store(L.Add(db, given), dBias + i);
        }

        (sum[0], sum[1], sum[2], sum[3]) = (L.Sum(a0), L.Sum(a1), L.Sum(a2), L.Sum(a3));
        (product[0], product[1], product[2], product[3]) = (L.Sum(c0), L.Sum(c1), L.Sum(c2), L.Sum(c3));
        for (; i < n; i++)
        {
            for (int k = 0; k < 4; k++)
            {
                T given = dy[k * n + i], slope = given * weight[i], deviation = x[k * n + i] - mean[k];
                sum[k] += slope;
                product[k] += slope * deviation;
                dWeight[i] += given * (deviation * inverse[k]);
                dBias[i] += given;
            }
        }
    }

    /// <summary>dx = scale·dy·weight[i] + (x − mean)·tilt + shift</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(T* dy, T* x, T* dx, int n, T mean, T scale, T* weight, T tilt, T shift)
    {
        V m = L.Broadcast(mean), s = L.Broadcast(scale), k = L.Broadcast(tilt), t = L.Broadcast(shift);
        int i = 0;
        for (; i <= n - L.Count; i += L.Count)
        {
            V slope = weight == null ? L.Load(dy + i) : L.Multiply(L.Load(dy + i), L.Load(weight + i));
            L.Store(L.MultiplyAdd(slope, s, L.MultiplyAdd(L.Subtract(L.Load(x + i), m), k, t)), dx + i);
        }

        for (; i < n; i++) dx[i] = (weight == null ? dy[i] : dy[i] * weight[i]) * scale + (x[i] - mean) * tilt + shift;
    }

    /// <summary>dx = scale·dy + (x − mean)·tilt + shift over runs as those of <see cref="WriteRuns"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void GradientOfRuns(
        T* dy, T* x, T* dx, nint runs, nint n, T* mean, T* scale, T* tilt, T* shift)
    {
        for (nint g = 0; g < runs; g++, dy += n, x += n, dx += n)
        {
            V m = L.Broadcast(mean[g]), s = L.Broadcast(scale[g]), k = L.Broadcast(tilt[g]), t = L.Broadcast(shift[g]);
            nint i = 0;
            for (; i <= n - L.Count; i += L.Count)
                L.Store(L.MultiplyAdd(L.Load(dy + i), s, L.MultiplyAdd(L.Subtract(L.Load(x + i), m), k, t)), dx + i);
            if (i < n && n >= L.Count)
            {
                i = n - L.Count;
                L.Store(L.MultiplyAdd(L.Load(dy + i), s, L.MultiplyAdd(L.Subtract(L.Load(x + i), m), k, t)), dx + i);
            }
            else
            {
                for (; i < n; i++) dx[i] = dy[i] * scale[g] + (x[i] - mean[g]) * tilt[g] + shift[g];
            }
        }
    }

    // The lanes of a run's last vector that the vectors before it have not; for n below a vector of no use.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Rest(nint n) => FoldKernel.LanesFrom<T, V, L>(L.Count - n % L.Count);
}
