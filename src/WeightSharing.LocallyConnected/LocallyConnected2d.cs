using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, o, p] = b[p, o] + Σ_q w[p, o, q]·patch[n, q, p]: a convolution without sharing, every position p has filters of its own.
/// <para>Shares nothing: locality without sharing, the baseline of a convolution.</para>
/// <para>Shapes: input [N, Cin, H, W], weight [outH·outW, Cout, Cin·kH·kW] (positions row-major, patch in (Cin, kH, kW) order), bias [outH·outW, Cout],
/// output [N, Cout, outH, outW].</para>
/// <para>Parameters: outH·outW·Cout·(Cin·kH·kW + 1), exactly outH·outW times a convolution's.</para>
/// <para>LeCun, "Generalization and network design strategies", 1989 (Net-3).</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LocallyConnected2d<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A locally connected layer for images of one size.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="inputSize">H and W: unlike a convolution, the layer is made for one image size.</param>
    /// <param name="kernelSize">kH and kW.</param>
    /// <param name="stride">Step between patches; null is 1.</param>
    /// <param name="padding">Zeros around the image.</param>
    /// <param name="dilation">Step between the taps of a patch; null is 1.</param>
    /// <param name="bias">Adds a bias a position and channel.</param>
    /// <param name="weight">A weight to share instead of one of the layer's own.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels is below 1.</exception>
    /// <exception cref="ArgumentException">The kernel is larger than the padded image, or the weight or tying does not fit.</exception>
    public LocallyConnected2d(
        int inputChannels, int outputChannels, Size2 inputSize, Size2 kernelSize, Size2? stride = null, Padding2d padding = default,
        Size2? dilation = null, bool bias = true, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputChannels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputChannels);
        (InputChannels, OutputChannels, InputSize, KernelSize) = (inputChannels, outputChannels, inputSize, kernelSize);
        (Stride, Dilation) = (stride ?? 1, dilation ?? 1);
        Padding = padding.Resolve(kernelSize, Dilation);
        OutputSize = inputSize.Windows(kernelSize, Stride, Padding, Dilation);
        int patch = inputChannels * kernelSize.Area;
        var fan = new Fan(patch, outputChannels * kernelSize.Area);
        Weight = Register("weight", WeightSource.For("LocallyConnected2d", [OutputSize.Area, outputChannels, patch], fan, weight, tying, initializer));
        if (bias) Bias = Register("bias", new Parameter<T>([OutputSize.Area, outputChannels], Initializer.FanInUniform, fan));
    }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>H and W.</summary>
    public Size2 InputSize { get; }

    /// <summary>outH and outW.</summary>
    public Size2 OutputSize { get; }

    /// <summary>kH and kW.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Step between patches.</summary>
    public Size2 Stride { get; }

    /// <summary>Zeros around the image, worked out when it was given as the same.</summary>
    public Padding2d Padding { get; }

    /// <summary>Step between the taps of a patch.</summary>
    public Size2 Dilation { get; }

    /// <summary>[outH·outW, Cout, Cin·kH·kW].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[outH·outW, Cout], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.LocallyConnected2d(Weight.Use(), Bias?.Use(), KernelSize, Stride, Padding, Dilation);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new LocallyConnected2d<TOther>(
            InputChannels, OutputChannels, InputSize, KernelSize, Stride, Padding, Dilation, Bias is not null, copier.Copy(Weight));
    }
}
