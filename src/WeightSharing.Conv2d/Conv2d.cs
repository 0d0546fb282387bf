using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, o, p] = b[o] + Σ_{c, k} w[o, c, k]·x[n, c, stride·p + dilation·k − padding]: cross-correlation with a bank of filters.
/// <para>Shares each filter over all positions of the image; the output moves with the input (translation equivariance).</para>
/// <para>Shapes: input [N, Cin, H, W], weight [Cout, Cin/groups, kH, kW], bias [Cout] (or [Cout, outH, outW]), output [N, Cout, outH, outW];
/// one image [Cin, H, W] gives [Cout, outH, outW].</para>
/// <para>Parameters: Cout·(Cin/groups·kH·kW + 1); unshared (<see cref="LocallyConnected2d{T}"/>) outH·outW times as many.</para>
/// <para>LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Conv2d<T> : Layer<T>, IFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A convolution.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="kernelSize">kH and kW.</param>
    /// <param name="stride">Step between windows; null is 1.</param>
    /// <param name="padding">Around the image, each side on its own, or <see cref="Padding2d.Same"/>.</param>
    /// <param name="dilation">Step between the taps of a window; null is 1.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">One a channel (true, the default), one a position, or none.</param>
    /// <param name="paddingMode">What stands in the padding.</param>
    /// <param name="paddingValue">The constant in the padding, for <see cref="PaddingMode.Constant"/>.</param>
    /// <param name="connections">[Cout, Cin/groups]: which output channel sees which input channel; null is all (LeCun's partial connection table).</param>
    /// <param name="weight">A weight [Cout, Cin/groups, kH, kW] to share instead of one of the layer's own.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values; its full shape is a trailing part of the weight's.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <param name="algorithm">How the layer may be computed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels or groups, a stride, a dilation or a kernel is below 1.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or the weight, tying or connection table does not fit.</exception>
    public Conv2d(
        int inputChannels, int outputChannels, Size2 kernelSize, Size2? stride = null, Padding2d padding = default, Size2? dilation = null,
        int groups = 1, ConvolutionBias? bias = null, PaddingMode paddingMode = PaddingMode.Constant, double paddingValue = 0,
        bool[,]? connections = null, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null,
        ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Automatic)
    {
        ConvolutionArguments.Check("Conv2d", inputChannels, outputChannels, groups, kernelSize, stride ?? 1, dilation ?? 1);
        (InputChannels, OutputChannels, KernelSize, Groups) = (inputChannels, outputChannels, kernelSize, groups);
        (Stride, Dilation, PaddingMode, PaddingValue) = (stride ?? 1, dilation ?? 1, paddingMode, paddingValue);
        Algorithm = algorithm;
        Padding = padding.Resolve(kernelSize, Dilation);
        Shape shape = [outputChannels, inputChannels / groups, kernelSize.Height, kernelSize.Width];
        var fan = new Fan(shape[1] * kernelSize.Area, outputChannels / groups * kernelSize.Area);
        tying = ConvolutionArguments.WithConnections("Conv2d", shape, connections, tying);
        Weight = Register("weight", WeightSource.For("Conv2d", shape, fan, weight, tying, initializer));
        ConvolutionBias form = bias ?? ConvolutionBias.PerChannel;
        if (form.Parameter<T>(outputChannels, fan, oneDimensional: false) is { } parameter) Bias = Register("bias", parameter);
        HasBiasPerPosition = form.IsPerPosition;
    }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>kH and kW.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public Size2 Stride { get; }

    /// <summary>Around the image, worked out when it was given as the same.</summary>
    public Padding2d Padding { get; }

    /// <summary>Step between the taps of a window.</summary>
    public Size2 Dilation { get; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>What stands in the padding.</summary>
    public PaddingMode PaddingMode { get; }

    /// <summary>The constant in the padding.</summary>
    public double PaddingValue { get; }

    /// <summary>How the layer may be computed: <see cref="ConvolutionAlgorithm.Direct"/> forgoes what rearranges the sums.</summary>
    public ConvolutionAlgorithm Algorithm { get; }

    /// <summary>[Cout, Cin/groups, kH, kW].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[Cout], or [Cout, outH, outW] for a bias a position, or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>True when every position has a bias of its own.</summary>
    public bool HasBiasPerPosition { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, relu: false, maxPool: 1);

    /// <inheritdoc/>
    public Tensor<T> Forward(Tensor<T> input, ReadOnlySpan<Layer<T>> following, out int taken)
    {
        bool relu = following[0] is Relu<T>;
        taken = relu ? 1 : 0;
        int window = following.Length > taken && following[taken] is MaxPool2d<T> pool ? pool.SideBySide : 1;
        if (window > 1) taken++;
        return Forward(input, relu, window);
    }

    private Tensor<T> Forward(Tensor<T> input, bool relu, int maxPool)
    {
        ArgumentNullException.ThrowIfNull(input);
        ConvolutionArguments.CheckInput("Conv2d", input.Shape, 4, InputChannels, "[N, Cin, H, W]");
        Size2 output = ConvolutionArguments.Windows(input.Shape, KernelSize, Stride, Padding, Dilation, spatial: 2);
        (Tensor<T> padded, Padding2d zeros) = ConvolutionArguments.Pad(input, Padding, spatial: 2, PaddingMode, PaddingValue);
        Tensor<T> weight = Weight.Use(positions: output.Area);
        if (!HasBiasPerPosition)
        {
            return padded.Conv2d(weight, Bias?.Use(positions: output.Area), Stride, zeros, Dilation, Groups, Algorithm, relu, maxPool);
        }

        Tensor<T> y = padded.Conv2d(weight, null, Stride, zeros, Dilation, Groups, Algorithm) + Bias!.Use();
        if (relu) y = y.Relu();
        return maxPool == 1 ? y : y.MaxPool2d(maxPool);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Conv2d<TOther>(
            InputChannels, OutputChannels, KernelSize, Stride, Padding, Dilation, Groups, ConvolutionBias.Of(Bias?.Shape), PaddingMode, PaddingValue,
            weight: copier.Copy(Weight), algorithm: Algorithm);
    }
}
