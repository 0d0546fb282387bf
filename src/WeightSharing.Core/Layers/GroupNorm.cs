using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = (x − m)/√(v + ε) ⊙ w + b with m and v of each example over the channels of a group and all positions; w and b a channel.
/// <para>Shares scale and shift of a channel over all positions.</para>
/// <para>Shapes: input [N, C, ..], weight and bias [C], output as the input.</para>
/// <para>Parameters: 2·C; unshared as many times more as there are positions.</para>
/// <para>Wu &amp; He, "Group normalization", 2018.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GroupNorm<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A group normalisation.</summary>
    /// <param name="groups">How many groups: 1 is layer normalisation of images, C instance normalisation.</param>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">With weight and bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, bool affine = true)
    {
        if (groups < 1) throw new ArgumentOutOfRangeException(nameof(groups), $"GroupNorm: groups {groups}; it must be at least 1.");
        if (channels < 1) throw new ArgumentOutOfRangeException(nameof(channels), $"GroupNorm: channels {channels}; it must be at least 1.");
        if (channels % groups != 0) throw new ArgumentException($"GroupNorm: {groups} groups do not divide {channels} channels; they must.", nameof(groups));
        (Groups, Channels, Epsilon) = (groups, channels, epsilon);
        if (!affine) return;
        Weight = Register("weight", new Parameter<T>(channels, Initializer.Ones));
        Bias = Register("bias", new Parameter<T>(channels, Initializer.Zeros));
    }

    /// <summary>How many groups.</summary>
    public int Groups { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>w [C], or null.</summary>
    public Weight<T>? Weight { get; }

    /// <summary>b [C], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another number of channels.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank < 2 || input.Shape[1] != Channels) throw new ArgumentException($"GroupNorm: input {input.Shape}; expected [N, C, ..] with C = {Channels}.", nameof(input));
        int positions = input.Shape.Slice(2, input.Rank).Count;
        return input.GroupNorm(Groups, Weight?.Use(positions: positions), Bias?.Use(positions: positions), Epsilon);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new GroupNorm<TOther>(Groups, Channels, Epsilon, Weight is not null);
}
