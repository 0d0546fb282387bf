using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Products of a long inner dimension and a small result, such as gradients of weights used at many positions: parts of the inner
/// dimension are products of their own, which threads share and which caches hold; their results are added in ascending order.
/// </summary>
/// <remarks>The parts are cut by shape, and one thread computes the same parts as many, so the bits are the same.</remarks>
internal static unsafe class GemmDeep<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int LargestResult = 128 * 128;
    private const int ShortestInner = 2048;

    // Bounds the memory of the parts' results to a million elements.
    private const int PartsAtOnce = 64;

    private const int ShortestPart = 512;
    private const int LongestPart = 2016;
    private const int PartMultiplyAdds = 1_000_000;

    // A row or a column alone has its own ways, which read each element once in any case.
    public static bool Suits(in GemmProduct<T> x) => x.K >= ShortestInner && x.M > 1 && x.N > 1 && (long)x.M * x.N <= LargestResult;

    public static void Run(in GemmProduct<T> product)
    {
        int length = Math.Clamp(PartMultiplyAdds / (product.M * product.N), ShortestPart, LongestPart);
        int parts = (int)(((long)product.K + length - 1) / length);
        using Scratch<T> results = Scratch<T>.Rent((long)Math.Min(parts, PartsAtOnce) * product.M * product.N);
        for (int first = 0; first < parts; first += PartsAtOnce)
        {
            int count = Math.Min(PartsAtOnce, parts - first);
            var work = new PartWork { Product = product, Results = results.Pointer, First = first, Length = length };
            double multiplyAdds = (double)product.M * product.N * length * count;
            Parallelism.For(count, ref work, GemmPlan<T, V, L>.Nanoseconds(multiplyAdds));
            Add(product, results.Pointer, count, product.Accumulate || first > 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(in GemmProduct<T> x, T* results, int count, bool accumulate)
    {
        nint result = (nint)x.M * x.N;
        for (int i = 0; i < x.M; i++)
        {
            T* c = x.C + i * x.CRow;
            T* source = accumulate ? c : x.Bias;
            T* part = results + (nint)i * x.N;
            int j = 0;
            for (; j + L.Count <= x.N; j += L.Count)
            {
                V sum = L.Load(part + j);
                for (int s = 1; s < count; s++) sum = L.Add(sum, L.Load(part + s * result + j));
                L.Store(source == null ? sum : L.Add(sum, L.Load(source + j)), c + j);
            }

            for (; j < x.N; j++)
            {
                T sum = part[j];
                for (int s = 1; s < count; s++) sum += part[s * result + j];
                c[j] = source == null ? sum : sum + source[j];
            }
        }
    }

    private struct PartWork : IParallelWork
    {
        public GemmProduct<T> Product;
        public T* Results;
        public int First, Length;

        public readonly void Run(int chunk)
        {
            nint start = (nint)(First + chunk) * Length;
            GemmProduct<T> part = Product.Shifted(start * Product.AColumn, start * Product.BRow, 0);
            part.K = (int)Math.Min(Length, Product.K - start);
            part.C = Results + (nint)chunk * part.M * part.N;
            part.CRow = part.N;
            part.Bias = null;
            part.Accumulate = false;
            GemmPlan<T, V, L>.RunUndivided(part);
        }
    }
}
