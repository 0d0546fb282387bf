using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, c, i] = b[c] + Σ_{o, p, k: stride·p + dilation·k − padding = i} w[o, c, k]·x[n, o, p]: the adjoint of <see cref="Conv1d{T}"/> with the same weight.
/// <para>Shares each filter over all positions of the sequence.</para>
/// <para>Shapes: input [N, Cin, L], weight [Cin, Cout/groups, k], bias [Cout], output [N, Cout, outL] with
/// outL = (L − 1)·stride − padding at both ends + dilation·(k − 1) + output padding + 1;
/// one sequence [Cin, L] gives [Cout, outL].</para>
/// <para>Parameters: Cin·Cout/groups·k + Cout; unshared L times as many weights.</para>
/// <para>Zeiler et al., "Deconvolutional networks", 2010; Dumoulin &amp; Visin, "A guide to convolution arithmetic for deep learning", 2016.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class ConvTranspose1d<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A transposed convolution.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="kernelSize">k.</param>
    /// <param name="stride">Step between the places of the input in the output.</param>
    /// <param name="padding">What is cut off at both ends of the output.</param>
    /// <param name="outputPadding">Elements more at the end, fewer than the stride or the dilation.</param>
    /// <param name="dilation">Step between the taps of a window.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">Adds a bias a channel.</param>
    /// <param name="weight">A weight to share instead of one of the layer's own: a convolution's with the channels exchanged has the same shape.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values; its full shape is a trailing part of the weight's.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels or groups, a stride, a dilation or a kernel is below 1, or the output padding below neither the stride nor the dilation.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or the weight or tying does not fit.</exception>
    public ConvTranspose1d(
        int inputChannels, int outputChannels, int kernelSize, int stride = 1, Padding1d padding = default, int outputPadding = 0, int dilation = 1, int groups = 1,
        bool bias = true, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null)
    {
        ConvolutionArguments.Check("ConvTranspose1d", inputChannels, outputChannels, groups, (1, kernelSize), (1, stride), (1, dilation));
        (InputChannels, OutputChannels, KernelSize, Groups) = (inputChannels, outputChannels, kernelSize, groups);
        (Stride, Dilation, OutputPadding) = (stride, dilation, outputPadding);
        Padding = padding.Resolve(kernelSize, Dilation);
        if (outputPadding < 0 || outputPadding >= Math.Max(stride, dilation))
        {
            throw new ArgumentOutOfRangeException(nameof(outputPadding), $"ConvTranspose1d: output padding {outputPadding} with stride {Stride} and dilation {Dilation}; it must be at least 0 and smaller than the stride or the dilation.");
        }

        Shape shape = [inputChannels, outputChannels / groups, kernelSize];
        int taps = kernelSize;
        // PyTorch's convention: the fan-in of the weight as it is stored.
        var fan = new Fan(shape[1] * taps, inputChannels / groups * taps);
        Weight = Register("weight", WeightSource.For("ConvTranspose1d", shape, fan, weight, tying, initializer));
        if (bias) Bias = Register("bias", new Parameter<T>(outputChannels, Initializer.FanInUniform, fan));
    }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>k.</summary>
    public int KernelSize { get; }

    /// <summary>Step between the places of the input in the output.</summary>
    public int Stride { get; }

    /// <summary>What is cut off the output.</summary>
    public Padding1d Padding { get; }

    /// <summary>Elements more at the end.</summary>
    public int OutputPadding { get; }

    /// <summary>Step between the taps of a window.</summary>
    public int Dilation { get; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>[Cin, Cout/groups, k].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[Cout], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape does not fit, or nothing is left of the output.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ConvolutionArguments.CheckInput("ConvTranspose1d", input.Shape, 3, InputChannels, "[N, Cin, L]");
        int positions = input.Shape.Slice(input.Rank - 1, input.Rank).Count;
        return input.ConvTranspose1d(Weight.Use(positions: positions), Bias?.Use(positions: positions), Stride, Padding, OutputPadding, Dilation, Groups);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new ConvTranspose1d<TOther>(
            InputChannels, OutputChannels, KernelSize, Stride, Padding, OutputPadding, Dilation, Groups, Bias is not null, copier.Copy(Weight));
    }
}
