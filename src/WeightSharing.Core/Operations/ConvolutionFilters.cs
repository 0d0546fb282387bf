using System.Numerics;
using WeightSharing.Kernels;
using Kernel = WeightSharing.Kernels.Convolution;

namespace WeightSharing.Tensors;

/// <summary>Transformed filters of weights that stay as they are: they are made when a version of the values is used for the second time.</summary>
internal sealed class ConvolutionFilters<T> : DerivedValues<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int groups, stride;
    private AlignedValues<T>? forward, backward;

    private ConvolutionFilters(Tensor<T> weight, in ConvolutionGeometry geometry)
        : base(weight)
    {
        groups = geometry.Groups;
        stride = geometry.StrideHeight;
    }

    /// <summary>Directions of which there are filters now.</summary>
    public int Count => (forward is null ? 0 : 1) + (backward is null ? 0 : 1);

    /// <summary>The transformed filters of one direction for a use that is not recorded, or empty where there are none to be had.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="geometry">Its use.</param>
    /// <param name="isForward">For the product; else for the gradient of the input.</param>
    /// <param name="options">What the algorithm depends on.</param>
    public static ReadOnlySpan<T> Of(Tensor<T> weight, in ConvolutionGeometry geometry, bool isForward, ConvolutionOptions options)
    {
        if (!MayBeKeptWith(weight)) return default;
        long length = Kernel.FilterLength<T>(Simd.Chosen, geometry, isForward, options);
        if (length is 0 or > int.MaxValue / 2) return default;
        ref object? derived = ref weight.Storage.Derived;
        if (Volatile.Read(ref derived) is not ConvolutionFilters<T> kept || !kept.AreOf(weight) || kept.groups != geometry.Groups
            || kept.stride != geometry.StrideHeight)
        {
            Volatile.Write(ref derived, new ConvolutionFilters<T>(weight, geometry));
            return default;
        }

        ref AlignedValues<T>? slot = ref (isForward ? ref kept.forward : ref kept.backward);
        AlignedValues<T>? made = Volatile.Read(ref slot);
        if (made is null || made.Span.Length != length)
        {
            // Another use of the weight may ask for another algorithm, whose filters have another length.
            // Threads that come here together make the same values; the last one's stay.
            made = new AlignedValues<T>((int)length);
            Kernel.TransformFilters(Simd.Chosen, geometry, isForward, options, weight.DenseSpan(), made.Span);
            Volatile.Write(ref slot, made);
        }

        return made.Span;
    }
}
