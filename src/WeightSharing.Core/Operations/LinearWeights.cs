using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>
/// The weight of an affine map in the order in which matrix products read it, kept with the weight's buffer while its values stay as they are: made when
/// a version of the values is used for the second time without recording, and given up with the version or the buffer.
/// </summary>
internal sealed class LinearWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int version;
    private readonly Shape shape;
    private T[]? packed;
    private int start;

    private LinearWeights(int version, in Shape shape)
    {
        this.version = version;
        this.shape = shape;
    }

    /// <summary>True when the values have been packed.</summary>
    public bool IsPacked => Volatile.Read(ref packed) is not null;

    /// <summary>Gives up what belongs to former values: weights that learn have other ones at the next use.</summary>
    public static void Forget(Tensor<T> weight)
    {
        Storage<T> storage = weight.Storage;
        if (storage.Derived is LinearWeights<T> kept && kept.version != storage.Version) storage.Derived = null;
    }

    /// <summary>The packed weight [out, in] for a use on so many rows that is not recorded, or empty where there is none to be had.</summary>
    public static ReadOnlySpan<T> Of(Tensor<T> weight, int rows)
    {
        Storage<T> storage = weight.Storage;
        if (!storage.IsPersistent || storage.MayChangeUnseen || weight.Count != storage.Length || !weight.IsContiguous) return default;
        int outputs = weight.Shape[0], inputs = weight.Shape[1];
        int length = Gemm.PackedLength<T>(Simd.Chosen, rows, outputs, inputs);
        if (length == 0) return default;
        int version = storage.Version;
        if (Volatile.Read(ref storage.Derived) is not LinearWeights<T> kept || kept.version != version || kept.shape != weight.Shape)
        {
            Volatile.Write(ref storage.Derived, new LinearWeights<T>(version, weight.Shape));
            return default;
        }

        T[]? made = Volatile.Read(ref kept.packed);
        if (made is null)
        {
            // Threads that come here together make the same values, one after the other.
            lock (kept)
            {
                made = kept.packed;
                if (made is null)
                {
                    made = AlignedBuffer.Allocate<T>(length, out kept.start);
                    Gemm.PackRight(Simd.Chosen, outputs, inputs, weight.DenseSpan(), 1, inputs, made.AsSpan(kept.start, length));
                    Volatile.Write(ref kept.packed, made);
                }
            }
        }

        return made.AsSpan(kept.start, length);
    }
}
