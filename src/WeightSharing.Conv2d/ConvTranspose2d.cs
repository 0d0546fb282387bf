using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, c, i] = b[c] + Σ_{o, p, k: stride·p + dilation·k − padding = i} w[o, c, k]·x[n, o, p]: the adjoint of <see cref="Conv2d{T}"/> with the same weight.
/// <para>Shares each filter over all positions of the image.</para>
/// <para>Shapes: input [N, Cin, H, W], weight [Cin, Cout/groups, kH, kW], bias [Cout], output [N, Cout, outH, outW] with
/// outL = (L − 1)·stride − padding at both ends + dilation·(k − 1) + output padding + 1, and the same for H and W;
/// one image [Cin, H, W] gives [Cout, outH, outW].</para>
/// <para>Parameters: Cin·Cout/groups·kH·kW + Cout; unshared H·W times as many weights.</para>
/// <para>Zeiler et al., "Deconvolutional networks", 2010; Dumoulin &amp; Visin, "A guide to convolution arithmetic for deep learning", 2016.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class ConvTranspose2d<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A transposed convolution.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="kernelSize">kH and kW.</param>
    /// <param name="stride">Step between the places of the input in the output; null is 1.</param>
    /// <param name="padding">What is cut off around the output.</param>
    /// <param name="outputPadding">Rows and columns more at the bottom and on the right, fewer than the stride or the dilation.</param>
    /// <param name="dilation">Step between the taps of a window; null is 1.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">Adds a bias a channel.</param>
    /// <param name="weight">A weight to share instead of one of the layer's own: a convolution's with the channels exchanged has the same shape.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values; its full shape is a trailing part of the weight's.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <param name="algorithm">How the layer may be computed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels or groups, a stride, a dilation or a kernel is below 1, or the output padding below neither the stride nor the dilation.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or the weight or tying does not fit.</exception>
    public ConvTranspose2d(
        int inputChannels, int outputChannels, Size2 kernelSize, Size2? stride = null, Padding2d padding = default, Size2 outputPadding = default,
        Size2? dilation = null, int groups = 1,
        bool bias = true, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null,
        ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Automatic)
    {
        ConvolutionArguments.Check("ConvTranspose2d", inputChannels, outputChannels, groups, kernelSize, stride ?? 1, dilation ?? 1);
        (InputChannels, OutputChannels, KernelSize, Groups) = (inputChannels, outputChannels, kernelSize, groups);
        (Stride, Dilation, OutputPadding) = (stride ?? 1, dilation ?? 1, outputPadding);
        Algorithm = algorithm;
        Padding = padding.Resolve(kernelSize, Dilation);
        if (outputPadding.Height < 0 || outputPadding.Width < 0 || outputPadding.Height >= Math.Max(Stride.Height, Dilation.Height)
            || outputPadding.Width >= Math.Max(Stride.Width, Dilation.Width))
        {
            throw new ArgumentOutOfRangeException(nameof(outputPadding), $"ConvTranspose2d: output padding {outputPadding} with stride {Stride} and dilation {Dilation}; it must be at least 0 and smaller than the stride or the dilation.");
        }

        Shape shape = [inputChannels, outputChannels / groups, kernelSize.Height, kernelSize.Width];
        int taps = kernelSize.Area;
        // PyTorch's convention: the fan-in of the weight as it is stored.
        var fan = new Fan(shape[1] * taps, inputChannels / groups * taps);
        Weight = Register("weight", WeightSource.For("ConvTranspose2d", shape, fan, weight, tying, initializer));
        if (bias) Bias = Register("bias", new Parameter<T>(outputChannels, Initializer.FanInUniform, fan));
    }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>kH and kW.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Step between the places of the input in the output.</summary>
    public Size2 Stride { get; }

    /// <summary>What is cut off the output.</summary>
    public Padding2d Padding { get; }

    /// <summary>Rows and columns more at the bottom and on the right.</summary>
    public Size2 OutputPadding { get; }

    /// <summary>Step between the taps of a window.</summary>
    public Size2 Dilation { get; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>How the layer may be computed: <see cref="ConvolutionAlgorithm.Direct"/> forgoes what rearranges the sums.</summary>
    public ConvolutionAlgorithm Algorithm { get; }

    /// <summary>[Cin, Cout/groups, kH, kW].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[Cout], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape does not fit, or nothing is left of the output.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ConvolutionArguments.CheckInput("ConvTranspose2d", input.Shape, 4, InputChannels, "[N, Cin, H, W]");
        int positions = input.Shape.Slice(input.Rank - 2, input.Rank).Count;
        return input.ConvTranspose2d(Weight.Use(positions: positions), Bias?.Use(positions: positions), Stride, Padding, OutputPadding, Dilation, Groups,
            Algorithm);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new ConvTranspose2d<TOther>(
            InputChannels, OutputChannels, KernelSize, Stride, Padding, OutputPadding, Dilation, Groups, Bias is not null, copier.Copy(Weight),
            algorithm: Algorithm);
    }
}
