using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// y[i] = op(x[i]), y[i] = op(a[i], b[i]), y[i] = op(a[i], b[i], c[i]) over contiguous spans of equal length; overwrites y.
/// </summary>
/// <remarks>
/// Aliasing: y may be exactly one or several of the inputs, but must not overlap one partly. An element's bits depend neither on its
/// position, nor on
/// the span's length, nor on the number of threads: the last vector overlaps the one before it, spans shorter than a vector go to the
/// next narrower
/// width, and every width does the same operations.
/// </remarks>
internal static unsafe class Elementwise
{
    /// <summary>Elements of a chunk for one thread: a few times what a dispatch costs for the cheapest operators.</summary>
    private const int ChunkLength = 1 << 15;

    /// <summary>Spans from this length on are shared between threads: some 50 µs of work.</summary>
    private const int ParallelLength = 1 << 17;

    public static void Map<T, TOp>(ReadOnlySpan<T> x, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T> =>
        Map(Simd.Chosen, x, y, op);

    public static void Map<T, TOp>(SimdVariant variant, ReadOnlySpan<T> x, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        if (y.Length < x.Length) throw TooShort(nameof(Map), x.Length, y.Length);
        fixed (T* px = x, py = y) Run<T, UnaryAsTernary<T, TOp>>(variant, px, px, px, py, x.Length, new(op));
    }

    public static void Combine<T, TOp>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T> =>
        Combine(Simd.Chosen, a, b, y, op);

    public static void Combine<T, TOp>(SimdVariant variant, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        if (Math.Min(y.Length, b.Length) < a.Length) throw TooShort(nameof(Combine), a.Length, Math.Min(y.Length, b.Length));
        fixed (T* pa = a, pb = b, py = y) Run<T, BinaryAsTernary<T, TOp>>(variant, pa, pb, pb, py, a.Length, new(op));
    }

    public static void Combine3<T, TOp>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T> =>
        Combine3(Simd.Chosen, a, b, c, y, op);

    public static void Combine3<T, TOp>(SimdVariant variant, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        int shortest = Math.Min(y.Length, Math.Min(b.Length, c.Length));
        if (shortest < a.Length) throw TooShort(nameof(Combine3), a.Length, shortest);
        fixed (T* pa = a, pb = b, pc = c, py = y) Run(variant, pa, pb, pc, py, a.Length, op);
    }

    /// <summary>op over n elements at pointers, on as many threads as the length deserves.</summary>
    internal static void Run<T, TOp>(SimdVariant variant, T* a, T* b, T* c, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        if (n < ParallelLength)
        {
            RunOnThread(variant, a, b, c, y, n, op);
            return;
        }

        var work = new Chunks<T, TOp> { Variant = variant, A = a, B = b, C = c, Y = y, Length = n, Op = op };
        Parallelism.For((int)((n + ChunkLength - 1) / ChunkLength), ref work);
    }

    /// <summary>op over n elements at pointers, in the widest vectors that the length fills.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void RunOnThread<T, TOp>(SimdVariant variant, T* a, T* b, T* c, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        if (Simd.HasVectorsOf<T>())
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && n >= Vector512<T>.Count)
            {
                RunVectors<T, Vector512<T>, Lanes512<T>, TOp>(a, b, c, y, n, op);
                return;
            }

            if (Simd.Has256 && variant >= SimdVariant.Vector256 && n >= Vector256<T>.Count)
            {
                RunVectors<T, Vector256<T>, Lanes256<T>, TOp>(a, b, c, y, n, op);
                return;
            }

            if (variant >= SimdVariant.Vector128 && n >= Vector128<T>.Count)
            {
                RunVectors<T, Vector128<T>, Lanes128<T>, TOp>(a, b, c, y, n, op);
                return;
            }
        }

        Loop<T, T, ScalarLanes<T>, TOp>(a, b, c, y, n, op);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunVectors<T, V, L, TOp>(T* a, T* b, T* c, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TOp : struct, ITernaryOperator<T>
    {
        TOp.Prepare();
        if ((n & (L.Count - 1)) == 0) Loop<T, V, L, TOp>(a, b, c, y, n, op);
        else LoopAndEnd<T, V, L, TOp>(a, b, c, y, n, op);
    }

    // The last vector overlaps the one before it: read before the loop may overwrite it, written after.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LoopAndEnd<T, V, L, TOp>(T* a, T* b, T* c, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TOp : struct, ITernaryOperator<T>
    {
        T* end = stackalloc T[3 * L.Count];
        nint last = n - L.Count;
        L.Store(L.Load(a + last), end);
        L.Store(L.Load(b + last), end + L.Count);
        L.Store(L.Load(c + last), end + 2 * L.Count);
        Loop<T, V, L, TOp>(a, b, c, y, n & -L.Count, op);
        Loop<T, V, L, TOp>(end, end + L.Count, end + 2 * L.Count, y + last, L.Count, op);
    }

    // One place that applies the operator, in a method that nothing inlines: the compiler then has the whole of its budget for the operator, and
    // no vector function stays a call, whatever ran before.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Loop<T, V, L, TOp>(T* a, T* b, T* c, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TOp : struct, ITernaryOperator<T>
    {
        for (nint i = 0; i < n; i += L.Count)
        {
            V first = L.Load(a + i), second = TOp.Operands > 1 ? L.Load(b + i) : first, third = TOp.Operands > 2 ? L.Load(c + i) : first;
            L.Store(op.Apply<V, L>(first, second, third), y + i);
        }
    }

    private static ArgumentException TooShort(string operation, int length, int shortest) =>
        new($"Elementwise.{operation}: the first operand has {length} elements, another only {shortest}; all lengths must be equal.");

    private struct Chunks<T, TOp> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        public SimdVariant Variant;
        public T* A, B, C, Y;
        public nint Length;
        public TOp Op;

        public readonly void Run(int chunk)
        {
            nint start = (nint)chunk * ChunkLength;
            RunOnThread(Variant, A + start, B + start, C + start, Y + start, nint.Min(ChunkLength, Length - start), Op);
        }
    }
}
