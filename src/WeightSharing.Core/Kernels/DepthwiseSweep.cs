using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// One vector of columns down some rows of a plane: output (i, j) takes source (First + i + u, j + v) by tap (u, v); what the masks clear and rows outside
/// the source count as zero.
/// </summary>
internal unsafe struct DepthwiseSweep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Row 0 of the source, moved so that tap column v of the first lane is at [v].</summary>
    public T* Source;

    /// <summary>Zeros that can be read like a row of the source.</summary>
    public T* Zeros;

    /// <summary>Elements from row to row of the source; of the outputs.</summary>
    public nint Pitch, OutPitch;

    /// <summary>Rows of the source; the one that tap row 0 of the first output row sees, which may lie outside; rows of outputs.</summary>
    public int Height, First, Rows;

    /// <summary>A mask a tap column: the lanes whose column lies in the source.</summary>
    public T* Masks;

    /// <summary>The filter, row-major.</summary>
    public T* Filter;

    /// <summary>What every output begins with.</summary>
    public T Bias;

    /// <summary>True for max(0, ·) of the outputs.</summary>
    public bool Relu;

    /// <summary>The outputs, and where the last row of them goes: rows are written whole vectors at a time, in ascending order.</summary>
    public T* Target, LastTarget;

    /// <summary>Weight gradients: what the source is multiplied with, laid out like the outputs, and the lanes of it that count.</summary>
    public T* Factor, FactorMask;

    /// <summary>Weight gradients: a vector a tap, added to.</summary>
    public T* Sums;

    /// <summary>
    /// How far ahead, in elements, the source and the outputs of the next plane lie, which are asked for row by row: each plane is a new beginning to the
    /// memory, and it, not the arithmetic, sets the pace. 0 where everything stays in a cache.
    /// </summary>
    public nint SourceAhead, OutAhead;

    /// <summary>Room for pointers to rows.</summary>
    public T** Table;

    /// <summary>The first entries of the table are the rows that the taps of a run of output rows see, from <paramref name="row"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void WriteRows(int row, int count)
    {
        T** table = Table;
        nint pitch = Pitch;
        int first = First + row, height = Height;
        T* from = Source + first * pitch, zeros = Zeros;
        for (int r = 0; r < count; r++, from += pitch) table[r] = from;
        for (int r = Math.Min(-first, count) - 1; r >= 0; r--) table[r] = zeros;
        for (int r = Math.Max(height - first, 0); r < count; r++) table[r] = zeros;
    }

    /// <summary>Asks for what the next plane has at a run of rows from <paramref name="first"/> on, which lie a pitch apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AskFor(T* first, nint pitch, int count)
    {
        for (int r = 0; r < count; r++, first += pitch) Simd.Prefetch(first);
    }
}

/// <summary>The sweeps of one size of filter.</summary>
internal interface IDepthwiseSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows and columns of the filter.</summary>
    static abstract int Size { get; }

    /// <summary>target[i, j] = bias + Σ_{u, v} filter[u, v] · source[First + i + u, j + v].</summary>
    static abstract void Correlate(in DepthwiseSweep<T> s);

    /// <summary>Both in one pass over the source.</summary>
    static abstract void CorrelateAndWeights(in DepthwiseSweep<T> s);

    /// <summary>sums[u, v] += Σ_i factor[i, j] · source[First + i + u, j + v], lane by lane.</summary>
    static abstract void Weights(in DepthwiseSweep<T> s);
}
