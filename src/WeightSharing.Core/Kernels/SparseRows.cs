using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Column and value of the entries of a sparse matrix, whatever they are stored as.</summary>
internal unsafe interface IEntries<T>
    where T : unmanaged
{
    int Column(int entry);

    T Value(int entry);
}

/// <summary>Entries with a value each.</summary>
internal readonly unsafe struct Weighted<T>(int* columns, T* values) : IEntries<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Column(int entry) => columns[entry];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value(int entry) => values[entry];
}

/// <summary>Entries whose values stand in another order: those of the transposed matrix.</summary>
internal readonly unsafe struct Ordered<T>(int* columns, int* order, T* values) : IEntries<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Column(int entry) => columns[entry];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value(int entry) => values[order[entry]];
}

/// <summary>Entries of value 1.</summary>
internal readonly unsafe struct Unweighted<T>(int* columns) : IEntries<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Column(int entry) => columns[entry];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value(int entry) => T.One;
}

/// <summary>Entries of value 1 that each have a column of their own, in order.</summary>
internal readonly struct Consecutive<T> : IEntries<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Column(int entry) => entry;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value(int entry) => T.One;
}

/// <summary>The vector text of <see cref="SparseProduct"/>: rows of at least one vector.</summary>
internal static unsafe class SparseRows<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Rows <paramref name="first"/> to before <paramref name="last"/> of y[i, ·] = Σₑ value(e)·x[column(e), ·].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<TEntries>(int first, int last, int* starts, TEntries entries, int inner, T* x, T* y)
        where TEntries : struct, IEntries<T>
    {
        int width = L.Count;
        for (int row = first; row < last; row++)
        {
            int begin = starts[row], end = starts[row + 1];
            T* target = y + (nint)row * inner;
            int c = 0;
            for (; c <= inner - 4 * width; c += 4 * width)
            {
                V s0 = L.Zero, s1 = L.Zero, s2 = L.Zero, s3 = L.Zero;
                for (int e = begin; e < end; e++)
                {
                    V value = L.Broadcast(entries.Value(e));
                    T* source = x + (nint)entries.Column(e) * inner + c;
                    s0 = L.MultiplyAdd(value, L.Load(source), s0);
                    s1 = L.MultiplyAdd(value, L.Load(source + width), s1);
                    s2 = L.MultiplyAdd(value, L.Load(source + 2 * width), s2);
                    s3 = L.MultiplyAdd(value, L.Load(source + 3 * width), s3);
                }

                L.Store(s0, target + c);
                L.Store(s1, target + c + width);
                L.Store(s2, target + c + 2 * width);
                L.Store(s3, target + c + 3 * width);
            }

            for (; c <= inner - 2 * width; c += 2 * width)
            {
                V s0 = L.Zero, s1 = L.Zero;
                for (int e = begin; e < end; e++)
                {
                    V value = L.Broadcast(entries.Value(e));
                    T* source = x + (nint)entries.Column(e) * inner + c;
                    s0 = L.MultiplyAdd(value, L.Load(source), s0);
                    s1 = L.MultiplyAdd(value, L.Load(source + width), s1);
                }

                L.Store(s0, target + c);
                L.Store(s1, target + c + width);
            }

            // The last vector ends with the row and may repeat elements before it, which come out the same.
            while (c < inner)
            {
                int at = Math.Min(c, inner - width);
                V s = L.Zero;
                for (int e = begin; e < end; e++)
                {
                    s = L.MultiplyAdd(L.Broadcast(entries.Value(e)), L.Load(x + (nint)entries.Column(e) * inner + at), s);
                }

                L.Store(s, target + at);
                c = at + width;
            }
        }
    }

    /// <summary>The entries of rows <paramref name="first"/> to before <paramref name="last"/> of values[e] = Σ a[row, ·]·b[column, ·].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sample(int first, int last, int* starts, int* columns, int inner, T* a, T* b, T* values)
    {
        int width = L.Count;
        for (int row = first; row < last; row++)
        {
            T* left = a + (nint)row * inner;
            for (int e = starts[row]; e < starts[row + 1]; e++)
            {
                T* right = b + (nint)columns[e] * inner;
                V s0 = L.Zero, s1 = L.Zero;
                int c = 0;
                for (; c <= inner - 2 * width; c += 2 * width)
                {
                    s0 = L.MultiplyAdd(L.Load(left + c), L.Load(right + c), s0);
                    s1 = L.MultiplyAdd(L.Load(left + c + width), L.Load(right + c + width), s1);
                }

                for (; c <= inner - width; c += width) s0 = L.MultiplyAdd(L.Load(left + c), L.Load(right + c), s0);
                T sum = L.Sum(L.Add(s0, s1));
                for (; c < inner; c++) sum += left[c] * right[c];
                values[e] = sum;
            }
        }
    }
}
