using System.Numerics;

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

    /// <summary>Room for pointers to rows.</summary>
    public T** Table;
}

/// <summary>The sweeps of one size of filter.</summary>
internal interface IDepthwiseSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows and columns of the filter.</summary>
    static abstract int Size { get; }

    /// <summary>target[i, j] = bias + Σ_{u, v} filter[u, v] · source[First + i + u, j + v].</summary>
    static abstract void Correlate(in DepthwiseSweep<T> s);

    /// <summary>sums[u, v] += Σ_i factor[i, j] · source[First + i + u, j + v], lane by lane.</summary>
    static abstract void Weights(in DepthwiseSweep<T> s);
}
