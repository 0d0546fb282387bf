using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, o, p] = b[o] + Σ_{c, k} w[o, c, k]·x[n, c, stride·p + dilation·k − padding]: cross-correlation of sequences with a bank of filters.
/// <para>Shares each filter over all positions of the sequence; the output moves with the input (translation equivariance).</para>
/// <para>Shapes: input [N, Cin, L], weight [Cout, Cin/groups, k], bias [Cout] (or [Cout, outL]), output [N, Cout, outL]; one sequence [Cin, L] gives
/// [Cout, outL].</para>
/// <para>Parameters: Cout·(Cin/groups·k + 1); unshared (<see cref="LocallyConnected1d{T}"/>) outL times as many.</para>
/// <para>Waibel et al., "Phoneme recognition using time-delay neural networks", 1989.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Conv1d<T> : Layer<T>, IFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A convolution of sequences.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="kernelSize">k.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">At the two ends, each on its own, or <see cref="Padding1d.Same"/>.</param>
    /// <param name="dilation">Step between the taps of a window.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">One a channel (true, the default), one a position, or none.</param>
    /// <param name="paddingMode">What stands in the padding.</param>
    /// <param name="paddingValue">The constant in the padding, for <see cref="PaddingMode.Constant"/>.</param>
    /// <param name="connections">[Cout, Cin/groups]: which output channel sees which input channel; null is all.</param>
    /// <param name="weight">A weight [Cout, Cin/groups, k] to share instead of one of the layer's own.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values, for example <c>Tying.Palindrome(k)</c>.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels or groups, a stride, a dilation or a kernel is below 1.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or the weight, tying or connection table does not fit.</exception>
    public Conv1d(
        int inputChannels, int outputChannels, int kernelSize, int stride = 1, Padding1d padding = default, int dilation = 1,
        int groups = 1, ConvolutionBias? bias = null, PaddingMode paddingMode = PaddingMode.Constant, double paddingValue = 0,
        bool[,]? connections = null, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null)
    {
        ConvolutionArguments.Check("Conv1d", inputChannels, outputChannels, groups, (1, kernelSize), (1, stride), (1, dilation));
        (InputChannels, OutputChannels, KernelSize, Groups) = (inputChannels, outputChannels, kernelSize, groups);
        (Stride, Dilation, PaddingMode, PaddingValue) = (stride, dilation, paddingMode, paddingValue);
        Padding = padding.Resolve(kernelSize, dilation);
        Shape shape = [outputChannels, inputChannels / groups, kernelSize];
        var fan = new Fan(shape[1] * kernelSize, outputChannels / groups * kernelSize);
        tying = ConvolutionArguments.WithConnections("Conv1d", shape, connections, tying);
        Weight = Register("weight", WeightSource.For("Conv1d", shape, fan, weight, tying, initializer));
        ConvolutionBias form = bias ?? ConvolutionBias.PerChannel;
        if (form.Parameter<T>(outputChannels, fan, oneDimensional: true) is { } parameter) Bias = Register("bias", parameter);
        HasBiasPerPosition = form.IsPerPosition;
    }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>k.</summary>
    public int KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public int Stride { get; }

    /// <summary>At the two ends, worked out when it was given as the same.</summary>
    public Padding1d Padding { get; }

    /// <summary>Step between the taps of a window.</summary>
    public int Dilation { get; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>What stands in the padding.</summary>
    public PaddingMode PaddingMode { get; }

    /// <summary>The constant in the padding.</summary>
    public double PaddingValue { get; }

    /// <summary>[Cout, Cin/groups, k].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[Cout], or [Cout, outL] for a bias a position, or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>True when every position has a bias of its own.</summary>
    public bool HasBiasPerPosition { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, relu: false);

    /// <inheritdoc/>
    public Tensor<T> Forward(Tensor<T> input, ReadOnlySpan<Layer<T>> following, out int taken)
    {
        bool relu = following[0] is Relu<T>;
        taken = relu ? 1 : 0;
        return Forward(input, relu);
    }

    private Tensor<T> Forward(Tensor<T> input, bool relu)
    {
        ArgumentNullException.ThrowIfNull(input);
        ConvolutionArguments.CheckInput("Conv1d", input.Shape, 3, InputChannels, "[N, Cin, L]");
        Padding2d row = Padding2d.Of(Padding.Left, Padding.Right, 0, 0);
        int positions = ConvolutionArguments.Windows(input.Shape, (1, KernelSize), (1, Stride), row, (1, Dilation), spatial: 1).Width;
        (Tensor<T> padded, Padding2d zeros) = ConvolutionArguments.Pad(input, row, spatial: 1, PaddingMode, PaddingValue);
        Tensor<T> weight = Weight.Use(positions: positions);
        Padding1d ends = (zeros.Left, zeros.Right);
        if (!HasBiasPerPosition) return padded.Conv1d(weight, Bias?.Use(positions: positions), Stride, ends, Dilation, Groups, relu);
        Tensor<T> y = padded.Conv1d(weight, null, Stride, ends, Dilation, Groups) + Bias!.Use();
        return relu ? y.Relu() : y;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Conv1d<TOther>(
            InputChannels, OutputChannels, KernelSize, Stride, Padding, Dilation, Groups, ConvolutionBias.Of(Bias?.Shape), PaddingMode, PaddingValue,
            weight: copier.Copy(Weight));
    }
}
