using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>
/// The weight of an affine map in the order in which matrix products read it, while its values stay as they are: made when a version of the values is used
/// for the second time without recording.
/// </summary>
internal sealed class LinearWeights<T> : DerivedValues<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private AlignedValues<T>? packed;

    private LinearWeights(Tensor<T> weight)
        : base(weight)
    {
    }

    /// <summary>True when the values have been packed.</summary>
    public bool IsPacked => Volatile.Read(ref packed) is not null;

    /// <summary>The packed weight [out, in] for a use on so many rows that is not recorded, or empty where there is none to be had.</summary>
    public static ReadOnlySpan<T> Of(Tensor<T> weight, int rows)
    {
        if (!MayBeKeptWith(weight) || !weight.IsContiguous) return default;
        int outputs = weight.Shape[0], inputs = weight.Shape[1];
        int length = Gemm.PackedLength<T>(Simd.Chosen, rows, outputs, inputs);
        if (length == 0) return default;
        ref object? derived = ref weight.Storage.Derived;
        if (Volatile.Read(ref derived) is not LinearWeights<T> kept || !kept.AreOf(weight))
        {
            Volatile.Write(ref derived, new LinearWeights<T>(weight));
            return default;
        }

        AlignedValues<T>? made = Volatile.Read(ref kept.packed);
        if (made is null)
        {
            // Threads that come here together make the same values; the last one's stay.
            made = new AlignedValues<T>(length);
            Gemm.PackRight(Simd.Chosen, outputs, inputs, weight.DenseSpan(), 1, inputs, made.Span);
            Volatile.Write(ref kept.packed, made);
        }

        return made.Span;
    }
}
