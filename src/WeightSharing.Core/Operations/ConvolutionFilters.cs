using System.Numerics;
using WeightSharing.Kernels;
using Kernel = WeightSharing.Kernels.Convolution;

namespace WeightSharing.Tensors;

/// <summary>
/// Transformed filters of weights that stay as they are, kept with the weight's buffer: they are made when a version of the values is used for the second
/// time, and given up with the version or the buffer.
/// </summary>
internal sealed class ConvolutionFilters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int version, groups, stride;
    private readonly Shape shape;
    private Transformed? forward, backward;

    private ConvolutionFilters(int version, in Shape shape, in ConvolutionGeometry geometry)
    {
        this.version = version;
        this.shape = shape;
        groups = geometry.Groups;
        stride = geometry.StrideHeight;
    }

    /// <summary>Directions of which there are filters now.</summary>
    public int Count => (forward is null ? 0 : 1) + (backward is null ? 0 : 1);

    /// <summary>Gives up the filters of former values: weights that learn have other ones at the next use, so that none are made for them.</summary>
    public static void Forget(Tensor<T> weight)
    {
        Storage<T> storage = weight.Storage;
        if (storage.Derived is ConvolutionFilters<T> kept && kept.version != storage.Version) storage.Derived = null;
    }

    /// <summary>The transformed filters of one direction for a use that is not recorded, or empty where there are none to be had.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="geometry">Its use.</param>
    /// <param name="isForward">For the product; else for the gradient of the input.</param>
    /// <param name="options">What the algorithm depends on.</param>
    public static ReadOnlySpan<T> Of(Tensor<T> weight, in ConvolutionGeometry geometry, bool isForward, ConvolutionOptions options)
    {
        Storage<T> storage = weight.Storage;
        if (!storage.IsPersistent || storage.MayChangeUnseen || weight.Count != storage.Length) return default;
        long length = Kernel.FilterLength<T>(Simd.Chosen, geometry, isForward, options);
        if (length is 0 or > int.MaxValue / 2) return default;
        int version = storage.Version;
        if (Volatile.Read(ref storage.Derived) is not ConvolutionFilters<T> kept || kept.version != version || kept.groups != geometry.Groups
            || kept.stride != geometry.StrideHeight || kept.shape != weight.Shape)
        {
            Volatile.Write(ref storage.Derived, new ConvolutionFilters<T>(version, weight.Shape, geometry));
            return default;
        }

        ref Transformed? slot = ref (isForward ? ref kept.forward : ref kept.backward);
        Transformed? made = Volatile.Read(ref slot);
        if (made is null || made.Span.Length != length)
        {
            // Another use of the weight may ask for another algorithm, whose filters have another length.
            // Threads that come here together make the same values; the last one's stay.
            made = new Transformed((int)length);
            Kernel.TransformFilters(Simd.Chosen, geometry, isForward, options, weight.DenseSpan(), made.Span);
            Volatile.Write(ref slot, made);
        }

        return made.Span;
    }

    private sealed class Transformed
    {
        private readonly T[] array;
        private readonly int start, length;

        public Transformed(int length)
        {
            array = AlignedBuffer.Allocate<T>(length, out start);
            this.length = length;
        }

        public Span<T> Span => array.AsSpan(start, length);
    }
}
