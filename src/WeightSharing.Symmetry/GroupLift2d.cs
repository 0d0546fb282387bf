using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// y[n, o, g] = b[o] + Σ_c x[n, c] ⋆ (g·w[o, c]) with g·w the filter turned (and mirrored) by g: from images to maps over the group.
/// <para>Shares each filter over positions and over the |G| elements of the group; turning the image turns every map and moves them along the group.</para>
/// <para>Shapes: input [N, Cin, H, W], weight [Cout, Cin, kH, kW], bias [Cout], output [N, Cout, |G|, outH, outW].</para>
/// <para>Parameters: Cout·(Cin·kH·kW + 1); a plain <see cref="Conv2d{T}"/> with as many maps |G| times as many.</para>
/// <para>Cohen and Welling, "Group equivariant convolutional networks", 2016, equation 10.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="group">The group, such as <see cref="PlanarGroup.P4"/>.</param>
/// <param name="inputChannels">Cin.</param>
/// <param name="outputChannels">Cout: each is |G| maps.</param>
/// <param name="kernelSize">kH and kW; square where the group has quarter turns.</param>
/// <param name="stride">Step between windows; null is 1. Windows must lie alike from all sides, or the output does not move with the input.</param>
/// <param name="padding">Around the image.</param>
/// <param name="dilation">Step between the taps of a window; null is 1.</param>
/// <param name="bias">One a channel, the same for all elements.</param>
/// <param name="paddingMode">What stands in the padding.</param>
/// <param name="weight">A weight [Cout, Cin, kH, kW] to share instead of one of the layer's own.</param>
/// <param name="tying">How the layer's own weight follows from fewer free values, before the group.</param>
/// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
/// <param name="algorithm">How the layer may be computed.</param>
/// <exception cref="ArgumentOutOfRangeException">A number of channels, a stride, a dilation or a kernel is below 1.</exception>
/// <exception cref="ArgumentException">The kernel is not square though the group has quarter turns, or the weight or tying does not fit.</exception>
public sealed class GroupLift2d<T>(
    PlanarGroup group, int inputChannels, int outputChannels, Size2 kernelSize, Size2? stride = null, Padding2d padding = default,
    Size2? dilation = null, bool bias = true, PaddingMode paddingMode = PaddingMode.Constant, Weight<T>? weight = null, Tying? tying = null,
    Initializer? initializer = null, ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Automatic)
    : GroupConvolution2d<T>(
        lifts: true, group, inputChannels, outputChannels, kernelSize, stride, padding, dilation, bias, paddingMode, weight, tying, initializer,
        algorithm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override string Title => "GroupLift2d";

    private protected override string Form => "[N, Cin, H, W]";

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new GroupLift2d<TOther>(
            Group, InputChannels, OutputChannels, KernelSize, Stride, Padding, Dilation, Bias is not null, PaddingMode, copier.Copy(Weight),
            algorithm: Algorithm);
    }
}
