using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Products of few rows whose B lies transposed, as a dense layer's weight [out, in] does: computed as Cᵀ = Bᵀ·Aᵀ, which reads B where it lies. What has
/// to be transposed instead is A and C, which are small.
/// </summary>
/// <remarks>
/// Each element is the same chain of multiply-adds as in C = A·B, begun from what it is added to: the bits are the same. Emerald Rapids, as it stands and
/// swapped: 125 and 150 GFLOP/s for 32×784×512.
/// </remarks>
internal static unsafe class GemmSwapped<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // Rows become columns, which come in vectors: more empty lanes than this cost as much as transposing B does.
    private const int MostEmptyColumns = 4;

    // Fewer columns a row leave too little to gain.
    private const int ColumnsPerRow = 4;

    // Without FMA, tiles of two operands read A from a copy in any case.
    private static bool Gains => typeof(V) != typeof(Vector128<T>) || Simd.HasMultiplyAdd;

    public static bool Suits(in GemmProduct<T> x)
        => Gains && x.BRow == 1 && x.BColumn > 1 && x.PackedB == null && x.N >= (long)ColumnsPerRow * x.M
            && (-x.M & (L.Count - 1)) <= MostEmptyColumns;

    // Cᵀ = Bᵀ·Aᵀ (+ Cᵀ)    [n, m] = [n, k] · [k, m]
    public static void Run(in GemmProduct<T> x)
    {
        using Scratch<T> result = Scratch<T>.Rent((long)x.N * x.M);
        GemmProduct<T> swapped = x with
        {
            M = x.N,
            N = x.M,
            A = x.B,
            ARow = x.BColumn,
            AColumn = x.BRow,
            B = x.A,
            BRow = x.AColumn,
            BColumn = x.ARow,
            C = result.Pointer,
            CRow = x.M,
            Bias = null,
            Accumulate = x.Accumulate || x.Bias != null,
        };
        if (x.Accumulate) GemmPacking.Transpose(x.C, x.CRow, x.M, x.N, swapped.C, swapped.CRow);
        else if (x.Bias != null) RepeatBias(x, swapped.C);
        GemmBlock<T, V, L>.Run(swapped);
        GemmPacking.Transpose(swapped.C, swapped.CRow, x.N, x.M, x.C, x.CRow);
    }

    private static void RepeatBias(in GemmProduct<T> x, T* c)
    {
        for (int j = 0; j < x.N; j++) new Span<T>(c + (nint)j * x.M, x.M).Fill(x.Bias[j]);
    }
}
