using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, o, p] = b[p, o] + Σ_q w[p, o, q]·patch[n, q, p]: a one-dimensional convolution without sharing, every position p has filters of its own.
/// <para>Shares nothing: locality without sharing, the baseline of a convolution.</para>
/// <para>Shapes: input [N, Cin, L], weight [outL, Cout, Cin·k] (patch in (Cin, k) order), bias [outL, Cout], output [N, Cout, outL].</para>
/// <para>Parameters: outL·Cout·(Cin·k + 1), exactly outL times a convolution's.</para>
/// <para>LeCun, "Generalization and network design strategies", 1989.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LocallyConnected1d<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A locally connected layer for sequences of one length.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="inputLength">L: unlike a convolution, the layer is made for one length.</param>
    /// <param name="kernelSize">k.</param>
    /// <param name="stride">Step between patches.</param>
    /// <param name="padding">Zeros at the two ends.</param>
    /// <param name="dilation">Step between the taps of a patch.</param>
    /// <param name="bias">Adds a bias a position and channel.</param>
    /// <param name="weight">A weight to share instead of one of the layer's own.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels is below 1.</exception>
    /// <exception cref="ArgumentException">The kernel is longer than the padded sequence, or the weight or tying does not fit.</exception>
    public LocallyConnected1d(
        int inputChannels, int outputChannels, int inputLength, int kernelSize, int stride = 1, Padding1d padding = default,
        int dilation = 1, bool bias = true, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputChannels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputChannels);
        (InputChannels, OutputChannels, InputLength, KernelSize) = (inputChannels, outputChannels, inputLength, kernelSize);
        (Stride, Dilation) = (stride, dilation);
        Padding = padding.Resolve(kernelSize, dilation);
        OutputLength = new Size2(1, inputLength).Windows((1, kernelSize), (1, stride), Padding2d.Of(Padding.Left, Padding.Right, 0, 0), (1, dilation)).Width;
        int patch = inputChannels * kernelSize;
        var fan = new Fan(patch, outputChannels * kernelSize);
        Weight = Register("weight", WeightSource.For("LocallyConnected1d", [OutputLength, outputChannels, patch], fan, weight, tying, initializer));
        if (bias) Bias = Register("bias", new Parameter<T>([OutputLength, outputChannels], Initializer.FanInUniform, fan));
    }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>L.</summary>
    public int InputLength { get; }

    /// <summary>outL.</summary>
    public int OutputLength { get; }

    /// <summary>k.</summary>
    public int KernelSize { get; }

    /// <summary>Step between patches.</summary>
    public int Stride { get; }

    /// <summary>Zeros at the two ends, worked out when given as the same.</summary>
    public Padding1d Padding { get; }

    /// <summary>Step between the taps of a patch.</summary>
    public int Dilation { get; }

    /// <summary>[outL, Cout, Cin·k].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[outL, Cout], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.LocallyConnected1d(Weight.Use(), Bias?.Use(), KernelSize, Stride, Padding, Dilation);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new LocallyConnected1d<TOther>(
            InputChannels, OutputChannels, InputLength, KernelSize, Stride, Padding, Dilation, Bias is not null, copier.Copy(Weight));
    }
}
