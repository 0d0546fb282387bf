using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>What <see cref="GroupLift2d{T}"/> and <see cref="GroupConv2d{T}"/> have in common: filters expanded over a group, and one plain convolution with all of them.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class GroupConvolution2d<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool lifts;
    private readonly Tying filters;
    private readonly Weight<T> bank;
    private readonly Tying[] pictures;
    private readonly Site[] sites;

    private protected GroupConvolution2d(
        bool lifts, PlanarGroup group, int inputChannels, int outputChannels, Size2 kernelSize, Size2? stride, Padding2d padding, Size2? dilation,
        bool bias, PaddingMode paddingMode, Weight<T>? weight, Tying? tying, Initializer? initializer, ConvolutionAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(group);
        Size2 step = stride ?? 1, spread = dilation ?? 1;
        if (inputChannels < 1 || outputChannels < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(inputChannels), $"{Title}: {inputChannels} input channels, {outputChannels} output channels; each must be at least 1.");
        }

        if (Math.Min(kernelSize.Height, kernelSize.Width) < 1 || Math.Min(step.Height, step.Width) < 1 || Math.Min(spread.Height, spread.Width) < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(kernelSize), $"{Title}: kernel {kernelSize}, stride {step}, dilation {spread}; each must be at least 1.");
        }

        (this.lifts, Group, InputChannels, OutputChannels, KernelSize) = (lifts, group, inputChannels, outputChannels, kernelSize);
        (Stride, Dilation, PaddingMode, Algorithm) = (step, spread, paddingMode, algorithm);
        Padding = padding.Resolve(kernelSize, spread);
        filters = lifts ? group.LiftingFilters(inputChannels, kernelSize) : group.GroupFilters(inputChannels, kernelSize);
        Shape free = filters.FullShape.Slice(1, filters.FullShape.Rank), shape = free.Insert(0, outputChannels);
        var fan = new Fan(free.Count, outputChannels * group.Order * kernelSize.Area);
        Weight = Register("weight", WeightSource.For(Title, shape, fan, weight, tying, initializer));
        bank = Weight.Through(filters);
        if (bias) Bias = Register("bias", new Parameter<T>(outputChannels, Initializer.FanInUniform, fan));
        sites = [.. Enumerable.Range(0, group.Order).Select(Site.Element)];
        pictures = [.. Enumerable.Range(0, group.Order).Select(element => PictureOf(element, free))];
    }

    /// <summary>The group over which the filters are shared.</summary>
    public PlanarGroup Group { get; }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>kH and kW.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public Size2 Stride { get; }

    /// <summary>Around every map, worked out when it was given as the same.</summary>
    public Padding2d Padding { get; }

    /// <summary>Step between the taps of a window.</summary>
    public Size2 Dilation { get; }

    /// <summary>What stands in the padding.</summary>
    public PaddingMode PaddingMode { get; }

    /// <summary>How the layer may be computed: <see cref="ConvolutionAlgorithm.Direct"/> forgoes what rearranges the sums.</summary>
    public ConvolutionAlgorithm Algorithm { get; }

    /// <summary>The filters at the identity: [Cout, Cin, kH, kW] of a lifting, [Cout, Cin, |G|, kH, kW] of a group convolution.</summary>
    public Weight<T> Weight { get; }

    /// <summary>[Cout], shared by the elements of the group, or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>All filters, as a plain convolution holds them: [Cout·|G|, Cin, kH, kW] or [Cout·|G|, Cin·|G|, kH, kW]. Values only.</summary>
    public Tensor<T> FilterBank => AsFilters(bank.Value);

    /// <summary>The filters' way through the group, for conversion: free values are those of <see cref="Weight"/>.</summary>
    internal Weight<T> Bank => bank;

    private protected abstract string Title { get; }

    private protected abstract string Form { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another rank, number of channels or of group elements.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int order = Group.Order;
        if (input.Rank != (lifts ? 4 : 5) || input.Shape[1] != InputChannels || !lifts && input.Shape[2] != order)
        {
            throw new ArgumentException($"{Title}: input {input.Shape}; expected {Form} with Cin = {InputChannels}{(lifts ? "" : $" and |G| = {order}")}.", nameof(input));
        }

        int batch = input.Shape[0];
        Tensor<T> maps = lifts ? input : input.Flatten(1, 2);
        Size2 output = new Size2(maps.Shape[2], maps.Shape[3]).Windows(KernelSize, Stride, Padding, Dilation);
        Padding2d zeros = Padding;
        if (PaddingMode != PaddingMode.Constant && Padding != Padding2d.None)
        {
            maps = maps.Pad([(0, 0), (0, 0), (Padding.Top, Padding.Bottom), (Padding.Left, Padding.Right)], PaddingMode);
            zeros = Padding2d.None;
        }

        // y[n, (o, g), ·] = b[o] + Σ_{c, h} x[n, (c, h), ·] ⋆ (g·w[o])[c, h, ·]
        Tensor<T> y = maps.Conv2d(AsFilters(UseFilters(output.Area)), UseBias(output.Area), Stride, zeros, Dilation, algorithm: Algorithm);
        return y.Reshape([batch, OutputChannels, order, output.Height, output.Width]);
    }

    // One expansion for all elements; while contributions are tracked, one each, so that every element's part of the gradient is told apart.
    private Tensor<T> UseFilters(int positions)
    {
        if (Autograd.NoGrad.IsActive) return bank.Use();
        Tensor<T>[] uses = Weight.UseAt(sites, positions);
        return uses.Length == 1 ? filters.Expand(uses[0]) : Tensor.Stack<T>([.. uses.Zip(pictures, (use, picture) => picture.Expand(use))], 1);
    }

    private Tensor<T>? UseBias(int positions)
    {
        if (Bias is null) return null;
        Tensor<T>[] uses = Bias.UseAt(sites, positions);
        Tensor<T> each = uses.Length == 1 ? uses[0].Unsqueeze(1).BroadcastTo([OutputChannels, Group.Order]) : Tensor.Stack<T>(uses, 1);
        return each.Flatten();
    }

    private Tensor<T> AsFilters(Tensor<T> full) => full.Reshape(
        [OutputChannels * Group.Order, InputChannels * (lifts ? 1 : Group.Order), KernelSize.Height, KernelSize.Width]);

    // The part of the filters that belongs to one element.
    private Tying PictureOf(int element, in Shape free) => Tying.Of(
        Group.NameOf(element), free, filters.Indices.Slice(element * free.Count, free.Count),
        filters.Signs.IsEmpty ? default : filters.Signs.Slice(element * free.Count, free.Count));
}
