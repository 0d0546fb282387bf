using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>What the one- and two-dimensional convolutions check and prepare alike.</summary>
internal static class ConvolutionArguments
{
    public static void Check(string layer, int inputChannels, int outputChannels, int groups, Size2 kernel, Size2 stride, Size2 dilation)
    {
        if (inputChannels < 1 || outputChannels < 1 || groups < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(inputChannels), $"{layer}: {inputChannels} input channels, {outputChannels} output channels, {groups} groups; each must be at least 1.");
        }

        if (inputChannels % groups != 0 || outputChannels % groups != 0)
        {
            throw new ArgumentException($"{layer}: {groups} groups do not divide {inputChannels} input and {outputChannels} output channels; they must divide both.", nameof(groups));
        }

        if (Math.Min(kernel.Height, kernel.Width) < 1 || Math.Min(stride.Height, stride.Width) < 1 || Math.Min(dilation.Height, dilation.Width) < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(kernel), $"{layer}: kernel {kernel}, stride {stride}, dilation {dilation}; each must be at least 1.");
        }
    }

    /// <summary>A batch of the rank, or one of its items, which has no first dimension.</summary>
    public static void CheckInput(string layer, in Shape input, int rank, int channels, string form)
    {
        if ((input.Rank != rank && input.Rank != rank - 1) || input[input.Rank - rank + 1] != channels)
        {
            throw new ArgumentException($"{layer}: input {input}; expected {form} with Cin = {channels}.", nameof(input));
        }
    }

    /// <summary>The number of windows of a padded input that the operation then refuses where there is none, in its own words.</summary>
    public static Size2 Windows(in Shape input, Size2 kernel, Size2 stride, Padding2d padding, Size2 dilation, int spatial)
    {
        Size2 extent = (spatial == 2 ? input[^2] : 1, input[^1]);
        bool fits = extent.Height + padding.Top + padding.Bottom > dilation.Height * (kernel.Height - 1)
            && extent.Width + padding.Left + padding.Right > dilation.Width * (kernel.Width - 1);
        return fits ? extent.Windows(kernel, stride, padding, dilation) : 1;
    }

    /// <summary>The connection table as a tying of the whole weight: filters of absent connections are zero.</summary>
    public static Tying? WithConnections(string layer, in Shape weight, bool[,]? connections, Tying? tying)
    {
        if (connections is null) return tying;
        if (tying is not null) throw new ArgumentException($"{layer}: both a connection table and a tying; a tying can hold the table itself, with index −1 where a filter is absent.");
        if (connections.GetLength(0) != weight[0] || connections.GetLength(1) != weight[1])
        {
            throw new ArgumentException($"{layer}: a connection table {connections.GetLength(0)}×{connections.GetLength(1)} for weight {weight}; it must be {weight[0]}×{weight[1]}.", nameof(connections));
        }

        int taps = weight.Slice(2, weight.Rank).Count, inputs = weight[1];
        return Tying.Masked(weight, [.. Enumerable.Range(0, weight.Count).Select(i => connections[i / taps / inputs, i / taps % inputs])]);
    }

    /// <summary>Pads by an operation of its own unless zeros do, which the convolution itself adds for nothing.</summary>
    /// <param name="input">The batch, or one of its items.</param>
    /// <param name="padding">Around each item.</param>
    /// <param name="spatial">1 for sequences, 2 for images.</param>
    /// <param name="mode">What stands in the padding.</param>
    /// <param name="value">The constant.</param>
    public static (Tensor<T> Input, Padding2d Zeros) Pad<T>(Tensor<T> input, Padding2d padding, int spatial, PaddingMode mode, double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (padding == Padding2d.None || mode == PaddingMode.Constant && value == 0) return (input, padding);
        var sides = new (int Low, int High)[input.Rank];
        if (spatial == 2) sides[^2] = (padding.Top, padding.Bottom);
        sides[^1] = (padding.Left, padding.Right);
        return (input.Pad(sides, mode, T.CreateChecked(value)), Padding2d.None);
    }
}
