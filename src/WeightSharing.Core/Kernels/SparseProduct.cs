using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Products of sparse matrices with dense ones, sums of segments, and products sampled at the entries of a sparse matrix.
/// </summary>
/// <remarks>
/// A sparse matrix is rows of entries: row i has the entries starts[i] … starts[i + 1] − 1, entry e stands in column columns[e] with the value
/// values[e], or values[order[e]] where an order is given. Dense operands are row-major without gaps and must not overlap the result, which is
/// overwritten; a row without entries is zero. The caller has checked that starts ascend and columns lie inside. Rows are cut into chunks by the
/// number of their entries, each element is summed in the order of the entries: the same bits for any number of threads.
/// </remarks>
internal static unsafe class SparseProduct
{
    /// <summary>Multiplications of a chunk: some 30 µs.</summary>
    private const long ChunkWork = 1 << 19;

    /// <summary>y[i, ·] = Σₑ value(e)·x[columns[e], ·] over the entries of row i: x [columns, inner], y [rows, inner].</summary>
    public static void Multiply<T>(
        ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<int> order, ReadOnlySpan<T> values, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Multiply(Simd.Chosen, starts, columns, order, values, inner, x, y);

    /// <inheritdoc cref="Multiply{T}(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{T}, int, ReadOnlySpan{T}, Span{T})"/>
    public static void Multiply<T>(
        SimdVariant variant, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<int> order, ReadOnlySpan<T> values, int inner,
        ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expect("Multiply", "y", (long)(starts.Length - 1) * inner, y.Length);
        if (!order.IsEmpty) Expect("Multiply", "order", columns.Length, order.Length);
        fixed (int* ps = starts, pc = columns, po = order)
        fixed (T* pv = values, px = x, py = y)
        {
            if (order.IsEmpty) Run(variant, starts, new Weighted<T>(pc, pv), ps, inner, px, py);
            else Run(variant, starts, new Ordered<T>(pc, po, pv), ps, inner, px, py);
        }
    }

    /// <summary>y[i, ·] = Σₑ x[columns[e], ·] over the entries of row i; without columns x has a row for each entry.</summary>
    public static void Sum<T>(ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Sum(Simd.Chosen, starts, columns, inner, x, y);

    /// <inheritdoc cref="Sum{T}(ReadOnlySpan{int}, ReadOnlySpan{int}, int, ReadOnlySpan{T}, Span{T})"/>
    public static void Sum<T>(SimdVariant variant, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expect("Sum", "y", (long)(starts.Length - 1) * inner, y.Length);
        fixed (int* ps = starts, pc = columns)
        fixed (T* px = x, py = y)
        {
            if (columns.IsEmpty) Run(variant, starts, default(Consecutive<T>), ps, inner, px, py);
            else Run(variant, starts, new Unweighted<T>(pc), ps, inner, px, py);
        }
    }

    /// <summary>values[e] = Σ a[row of e, ·]·b[columns[e], ·]: a [rows, inner], b [columns, inner].</summary>
    public static void Sample<T>(ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, int inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Sample(Simd.Chosen, starts, columns, inner, a, b, values);

    /// <inheritdoc cref="Sample{T}(ReadOnlySpan{int}, ReadOnlySpan{int}, int, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T})"/>
    public static void Sample<T>(
        SimdVariant variant, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, int inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expect("Sample", "values", columns.Length, values.Length);
        Expect("Sample", "a", (long)(starts.Length - 1) * inner, a.Length);
        fixed (int* ps = starts, pc = columns)
        fixed (T* pa = a, pb = b, pv = values)
        {
            var work = new SampleWork<T> { Variant = Fitting<T>(variant, inner), Starts = ps, Columns = pc, Inner = inner, A = pa, B = pb, Values = pv };
            work.Run(starts);
        }
    }

    /// <summary>The first row of a chunk: chunks have equally many entries and rows, as near as whole rows allow.</summary>
    internal static int Cut(int* starts, int rows, long chunk, long share)
    {
        long wanted = chunk * share;
        int low = 0, high = rows;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if ((long)starts[middle] - starts[0] + middle < wanted) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static void Run<T, TEntries>(SimdVariant variant, ReadOnlySpan<int> starts, TEntries entries, int* ps, int inner, T* x, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TEntries : struct, IEntries<T>
    {
        var work = new RowWork<T, TEntries> { Variant = Fitting<T>(variant, inner), Entries = entries, Starts = ps, Inner = inner, X = x, Y = y };
        work.Run(starts);
    }

    // Vectors wider than a row would be mostly empty.
    private static SimdVariant Fitting<T>(SimdVariant variant, int inner)
    {
        if (!Simd.HasVectorsOf<T>() || inner < Vector128<T>.Count) return SimdVariant.Reference;
        if (variant == SimdVariant.Vector512 && inner < Vector512<T>.Count) variant = SimdVariant.Vector256;
        if (variant == SimdVariant.Vector256 && (inner < Vector256<T>.Count || !Simd.Has256)) variant = SimdVariant.Vector128;
        return variant;
    }

    // Chunks, entries and rows of each, and the nanoseconds that one thread takes for all.
    private static (int Chunks, long Share, double Nanoseconds) Divide(ReadOnlySpan<int> starts, int inner)
    {
        long rows = starts.Length - 1, total = (long)starts[^1] - starts[0] + rows, share = Math.Max(1, ChunkWork / Math.Max(1, inner));
        return ((int)Math.Max(1, (total + share - 1) / share), share, total * (2 + inner * 0.05));
    }

    private static void Expect(string operation, string operand, long wanted, int length)
    {
        if (wanted != length) throw new ArgumentException($"SparseProduct.{operation}: {operand} has {length} elements; expected {wanted}.");
    }

    private struct RowWork<T, TEntries> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TEntries : struct, IEntries<T>
    {
        public SimdVariant Variant;
        public TEntries Entries;
        public int* Starts;
        public int Rows, Inner;
        public T* X, Y;
        private long share;

        public void Run(ReadOnlySpan<int> starts)
        {
            Rows = starts.Length - 1;
            if (Rows == 0 || Inner == 0) return;
            (int chunks, share, double nanoseconds) = Divide(starts, Inner);
            Parallelism.For(chunks, ref this, nanoseconds);
        }

        public readonly void Run(int chunk)
        {
            int first = Cut(Starts, Rows, chunk, share), last = Cut(Starts, Rows, chunk + 1L, share);
            if (Simd.Has512 && Variant == SimdVariant.Vector512) SparseRows<T, Vector512<T>, Lanes512<T>>.Sum(first, last, Starts, Entries, Inner, X, Y);
            else if (Simd.Has256 && Variant == SimdVariant.Vector256) SparseRows<T, Vector256<T>, Lanes256<T>>.Sum(first, last, Starts, Entries, Inner, X, Y);
            else if (Variant == SimdVariant.Vector128) SparseRows<T, Vector128<T>, Lanes128<T>>.Sum(first, last, Starts, Entries, Inner, X, Y);
            else SparseReference.Sum(first, last, Starts, Entries, Inner, X, Y);
        }
    }

    private struct SampleWork<T> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public SimdVariant Variant;
        public int* Starts, Columns;
        public int Rows, Inner;
        public T* A, B, Values;
        private long share;

        public void Run(ReadOnlySpan<int> starts)
        {
            Rows = starts.Length - 1;
            if (Rows == 0) return;
            (int chunks, share, double nanoseconds) = Divide(starts, Inner);
            Parallelism.For(chunks, ref this, nanoseconds);
        }

        public readonly void Run(int chunk)
        {
            int first = Cut(Starts, Rows, chunk, share), last = Cut(Starts, Rows, chunk + 1L, share);
            if (Simd.Has512 && Variant == SimdVariant.Vector512) SparseRows<T, Vector512<T>, Lanes512<T>>.Sample(first, last, Starts, Columns, Inner, A, B, Values);
            else if (Simd.Has256 && Variant == SimdVariant.Vector256) SparseRows<T, Vector256<T>, Lanes256<T>>.Sample(first, last, Starts, Columns, Inner, A, B, Values);
            else if (Variant == SimdVariant.Vector128) SparseRows<T, Vector128<T>, Lanes128<T>>.Sample(first, last, Starts, Columns, Inner, A, B, Values);
            else SparseReference.Sample(first, last, Starts, Columns, Inner, A, B, Values);
        }
    }
}

/// <summary>The plain loops that the vector variants are tested against.</summary>
internal static unsafe class SparseReference
{
    public static void Sum<T, TEntries>(int first, int last, int* starts, TEntries entries, int inner, T* x, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TEntries : struct, IEntries<T>
    {
        for (int row = first; row < last; row++)
        {
            T* target = y + (nint)row * inner;
            for (int c = 0; c < inner; c++) target[c] = T.Zero;
            for (int e = starts[row]; e < starts[row + 1]; e++)
            {
                T value = entries.Value(e);
                T* source = x + (nint)entries.Column(e) * inner;
                for (int c = 0; c < inner; c++) target[c] += value * source[c];
            }
        }
    }

    public static void Sample<T>(int first, int last, int* starts, int* columns, int inner, T* a, T* b, T* values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = first; row < last; row++)
        {
            T* left = a + (nint)row * inner;
            for (int e = starts[row]; e < starts[row + 1]; e++)
            {
                T* right = b + (nint)columns[e] * inner;
                T sum = T.Zero;
                for (int c = 0; c < inner; c++) sum += left[c] * right[c];
                values[e] = sum;
            }
        }
    }
}
