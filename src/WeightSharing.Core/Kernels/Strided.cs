using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Elementwise work over N-d views: element (i₀, …) of an operand is at offset + Σ iₖ · strideₖ; strides are in elements and may be zero
/// (broadcasting) or negative.
/// </summary>
/// <remarks>
/// Dimensions over which all operands run on evenly are merged, so that the inner loop is as long as it can be: it runs in vectors where
/// each
/// operand is contiguous or repeated. Aliasing: a dense target may be exactly one of the dense inputs; otherwise targets and sources must
/// not
/// overlap. An empty dimension means no work. Views must lie within their spans.
/// </remarks>
internal static unsafe partial class Strided
{
    /// <summary>Elements from which on the outermost dimension is shared between threads, and elements of a chunk.</summary>
    private const int ParallelLength = 1 << 17, ChunkLength = 1 << 15;

    /// <summary>y[i] = op(a[i], b[i]) with y dense and row-major; overwrites y.</summary>
    public static void Combine<T, TOp>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> a, int aOffset, ReadOnlySpan<int> aStrides,
        ReadOnlySpan<T> b, int bOffset, ReadOnlySpan<int> bStrides, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T> =>
        Combine(Simd.Chosen, shape, a, aOffset, aStrides, b, bOffset, bStrides, y, op);

    public static void Combine<T, TOp>(
        SimdVariant variant, ReadOnlySpan<int> shape, ReadOnlySpan<T> a, int aOffset, ReadOnlySpan<int> aStrides,
        ReadOnlySpan<T> b, int bOffset, ReadOnlySpan<int> bStrides, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        // The innermost dimensions that merge into one run of n elements.
        nint n = 1;
        int aStep = 0, bStep = 0, d = shape.Length - 1;
        for (; d >= 0; d--)
        {
            int size = shape[d];
            if (size == 1) continue;
            if (size == 0) return;
            if (n == 1) (n, aStep, bStep) = (size, aStrides[d], bStrides[d]);
            else if (aStrides[d] == aStep * n && bStrides[d] == bStep * n) n *= size;
            else break;
        }

        fixed (T* pa = a, pb = b, py = y)
        {
            T* a0 = pa + aOffset, b0 = pb + bOffset;
            if (d < 0)
            {
                Row(variant, a0, aStep, b0, bStep, py, n, op);
                return;
            }

            nint block = n;
            for (int k = 1; k <= d; k++) block *= shape[k];
            if (block == 0 || shape[0] == 0) return;
            fixed (int* sizes = shape, aSteps = aStrides, bSteps = bStrides)
            {
                var rows = new CombineRows<T, TOp>
                {
                    Variant = variant,
                    A = a0,
                    B = b0,
                    Y = py,
                    N = n,
                    AStep = aStep,
                    BStep = bStep,
                    Op = op,
                    Sizes = sizes,
                    ASteps = aSteps,
                    BSteps = bSteps,
                    Rank = d + 1,
                    Block = block,
                    Share = sizes[0],
                };
                if (block * sizes[0] < ParallelLength)
                {
                    rows.Run(0);
                    return;
                }

                rows.Share = (int)nint.Max(1, ChunkLength / block);
                Parallelism.For((sizes[0] + rows.Share - 1) / rows.Share, ref rows);
            }
        }
    }

    /// <summary>y[i] = op(a[i · aStep], b[i · bStep]).</summary>
    private static void Row<T, TOp>(SimdVariant variant, T* a, nint aStep, T* b, nint bStep, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        if (n == 1) *y = op.Apply<T, ScalarLanes<T>>(*a, *b);
        else if (aStep == 1 && bStep == 1) Elementwise.Run<T, BinaryAsTernary<T, TOp>>(variant, a, b, b, y, n, new(op));
        else if (aStep == 1 && bStep == 0) Elementwise.Run<T, WithRight<T, TOp>>(variant, a, a, a, y, n, new(op, *b));
        else if (aStep == 0 && bStep == 1) Elementwise.Run<T, WithLeft<T, TOp>>(variant, b, b, b, y, n, new(op, *a));
        else if (aStep == 0 && bStep == 0) new Span<T>(y, (int)n).Fill(op.Apply<T, ScalarLanes<T>>(*a, *b));
        else ScatteredRow(a, aStep, b, bStep, y, n, op);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ScatteredRow<T, TOp>(T* a, nint aStep, T* b, nint bStep, T* y, nint n, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        for (nint i = 0; i < n; i++, a += aStep, b += bStep) y[i] = op.Apply<T, ScalarLanes<T>>(*a, *b);
    }

    /// <summary>The rows of a share of the outermost dimension.</summary>
    private struct CombineRows<T, TOp> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        public SimdVariant Variant;
        public T* A, B, Y;
        public int* Sizes, ASteps, BSteps;
        public nint N, AStep, BStep, Block;
        public int Rank, Share;
        public TOp Op;

        public readonly void Run(int chunk)
        {
            int first = chunk * Share, end = Math.Min(Sizes[0], first + Share);
            Level(0, A + (nint)first * ASteps[0], B + (nint)first * BSteps[0], Y + first * Block, end - first);
        }

        private readonly T* Level(int level, T* a, T* b, T* y, int size)
        {
            nint aStep = ASteps[level], bStep = BSteps[level];
            if (level == Rank - 1)
            {
                for (int i = 0; i < size; i++, a += aStep, b += bStep, y += N) Row(Variant, a, AStep, b, BStep, y, N, Op);
                return y;
            }

            for (int i = 0; i < size; i++, a += aStep, b += bStep) y = Level(level + 1, a, b, y, Sizes[level + 1]);
            return y;
        }
    }

    /// <summary>op with a fixed right operand.</summary>
    private readonly struct WithRight<T, TOp>(TOp op, T right) : ITernaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, L>(V a, V b, V c)
            where V : struct
            where L : struct, ILanes<T, V> =>
            op.Apply<V, L>(a, L.Broadcast(right));
    }

    /// <summary>op with a fixed left operand.</summary>
    private readonly struct WithLeft<T, TOp>(TOp op, T left) : ITernaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, L>(V a, V b, V c)
            where V : struct
            where L : struct, ILanes<T, V> =>
            op.Apply<V, L>(L.Broadcast(left), a);
    }
}
