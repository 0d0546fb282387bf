using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>Chooses the way through one matrix product by its shape and strides, and cuts large ones into blocks.</summary>
internal static unsafe class GemmPlan<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // Products of a batch that are larger than this are divided themselves; smaller ones are handed out whole, several at a time.
    private const double DividedMultiplyAdds = 8e6;
    private const double ChunkMultiplyAdds = 1e6;

    // Bounds the packed copies of A and B to 4 M elements each.
    private const int BlockExtent = 2016;

    // With fewer rows a weight is read in place, see PrefersInnerProducts.
    private const int MostRowsOfInnerProducts = 24;

    /// <summary>Elements of B packed for a product of these extents; 0 where it is cut into blocks or takes another way.</summary>
    public static int PackedLength(int m, int n, int k)
        => m <= MostRowsOfInnerProducts || n <= L.Count || n > BlockExtent || k is 0 or > BlockExtent ? 0 : GemmBlock<T, V, L>.PackedLength(n, k);

    /// <summary>Nanoseconds that a number of multiply-adds takes on one thread, roughly.</summary>
    public static double Nanoseconds(double multiplyAdds) => multiplyAdds / (3 * L.Count);

    /// <summary>
    /// Runs a batch of products; <paramref name="product"/> is changed. Its description is passed by reference all the way, because copying
    /// fields that have just been written waits for them, which small products feel.
    /// </summary>
    public static void Run(ref GemmProduct<T> product, int batch, nint aBatch, nint bBatch, nint cBatch)
    {
        if (batch == 1)
        {
            Run(ref product);
            return;
        }

        bool stacked = aBatch == product.M * product.ARow && cBatch == product.M * product.CRow;
        if (stacked && bBatch == 0 && (long)batch * product.M <= int.MaxValue)
        {
            // One matrix against many that lie below each other: one taller product.
            product.M *= batch;
            Run(ref product);
            return;
        }

        double multiplyAdds = (double)product.M * product.N * product.K;
        var work = new BatchWork { Product = product, Batch = batch, ABatch = aBatch, BBatch = bBatch, CBatch = cBatch };
        work.Group = (int)Math.Clamp(ChunkMultiplyAdds / Math.Max(1, multiplyAdds), 1, batch);
        int chunks = (batch + work.Group - 1) / work.Group;
        Parallelism.For(chunks, ref work, multiplyAdds > DividedMultiplyAdds ? 0 : Nanoseconds(multiplyAdds * batch));
    }

    private static void Run(ref GemmProduct<T> x)
    {
        if (x.Bias != null && (x.Accumulate || x.K == 0 || x.N == 1))
        {
            AddBias(x);
            x.Accumulate = true;
            x.Bias = null;
        }

        if (x.K == 0)
        {
            if (!x.Accumulate) Clear(x);
            return;
        }

        if (x.N == 1 && x.CRow == 1 && x.M > 1)
        {
            // A column vector is stored as a row is: Cᵀ [1, m] = Bᵀ [1, k] · Aᵀ [k, m].
            x = x with
            {
                M = 1,
                N = x.M,
                A = x.B,
                ARow = 0,
                AColumn = x.BRow,
                B = x.A,
                BRow = x.AColumn,
                BColumn = x.ARow,
                CRow = x.M,
            };
        }

        // Inner products need no division of their inner dimension: they are divided over the longer side of the result, and each part would
        // add up its lanes anew.
        if (GemmDeep<T, V, L>.Suits(x) && !PrefersInnerProducts(x)) GemmDeep<T, V, L>.Run(x);
        else RunUndivided(x);
    }

    /// <summary>One product with an inner index of at least one step and no bias together with accumulation.</summary>
    public static void RunUndivided(in GemmProduct<T> x)
    {
        if (PrefersInnerProducts(x)) GemmVector<T, V, L>.InnerProducts(x);
        else if (x.M == 1 && x.BColumn == 1) GemmVector<T, V, L>.StreamRow(x);
        else RunBlocks(x);
    }

    // Tiles would have to transpose B, about as much work as 6 rows of the product; adding up the lanes of an inner product costs about as
    // much as 8 vectors of it. Measured: from 24 rows on, and for shorter inner products, tiles are faster.
    private static bool PrefersInnerProducts(in GemmProduct<T> x)
    {
        if (x.AColumn != 1 || x.BRow != 1) return false;
        int few = Math.Min(x.M, x.N);
        return few <= 2 ? x.K >= L.Count : few <= MostRowsOfInnerProducts && x.K >= 16 * L.Count;
    }

    private static void RunBlocks(in GemmProduct<T> x)
    {
        if (Math.Max(x.M, Math.Max(x.N, x.K)) <= BlockExtent)
        {
            RunTiles(x);
            return;
        }

        for (int p = 0; p < x.K; p += BlockExtent)
        {
            for (int j = 0; j < x.N; j += BlockExtent)
            {
                for (int i = 0; i < x.M; i += BlockExtent)
                {
                    GemmProduct<T> block = x.Shifted(i * x.ARow + p * x.AColumn, p * x.BRow + j * x.BColumn, i * x.CRow + j);
                    block.M = Math.Min(BlockExtent, x.M - i);
                    block.N = Math.Min(BlockExtent, x.N - j);
                    block.K = Math.Min(BlockExtent, x.K - p);
                    block.Accumulate |= p > 0;
                    block.Bias = x.Bias == null || p > 0 ? null : x.Bias + j;
                    RunTiles(block);
                }
            }
        }
    }

    // Narrow results waste most of a wide vector: the widest vector that is at least half full does the same work with less.
    private static void RunTiles(in GemmProduct<T> x)
    {
        if (typeof(V) == typeof(Vector512<T>) && x.N <= Vector256<T>.Count) GemmPlan<T, Vector256<T>, Lanes256<T>>.RunTiles(x);
        else if (typeof(V) == typeof(Vector256<T>) && x.N <= Vector128<T>.Count) GemmBlock<T, Vector128<T>, Lanes128<T>>.Run(x);
        else if (GemmSwapped<T, V, L>.Suits(x)) GemmSwapped<T, V, L>.Run(x);
        else GemmBlock<T, V, L>.Run(x);
    }

    private static void Clear(in GemmProduct<T> x)
    {
        for (int i = 0; i < x.M; i++) new Span<T>(x.C + i * x.CRow, x.N).Clear();
    }

    private static void AddBias(in GemmProduct<T> x)
    {
        for (int i = 0; i < x.M; i++)
        {
            T* c = x.C + i * x.CRow;
            for (int j = 0; j < x.N; j++) c[j] = x.Accumulate ? c[j] + x.Bias[j] : x.Bias[j];
        }
    }

    private struct BatchWork : IParallelWork
    {
        public GemmProduct<T> Product;
        public nint ABatch, BBatch, CBatch;
        public int Batch, Group;

        public readonly void Run(int chunk)
        {
            int end = Math.Min(Batch, (chunk + 1) * Group);
            for (int s = chunk * Group; s < end; s++)
            {
                GemmProduct<T> product = Product.Shifted(s * ABatch, s * BBatch, s * CBatch);
                GemmPlan<T, V, L>.Run(ref product);
            }
        }
    }
}
