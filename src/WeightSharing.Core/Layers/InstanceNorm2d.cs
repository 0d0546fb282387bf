using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = (x − m)/√(v + ε) ⊙ w + b with m and v of each map of each example; w and b a channel, if asked for. Group normalisation with one channel a group.
/// <para>Shares scale and shift of a channel over all positions.</para>
/// <para>Shapes: input [N, C, H, W], weight and bias [C], output as the input.</para>
/// <para>Parameters: 2·C, or none; unshared as many times more as there are positions.</para>
/// <para>Ulyanov, Vedaldi &amp; Lempitsky, "Instance normalization", 2016.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class InstanceNorm2d<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>An instance normalisation; without weights unless asked for, as in PyTorch.</summary>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">With weight and bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">Channels below 1.</exception>
    public InstanceNorm2d(int channels, double epsilon = 1e-5, bool affine = false)
    {
        if (channels < 1) throw new ArgumentOutOfRangeException(nameof(channels), $"InstanceNorm2d: channels {channels}; it must be at least 1.");
        (Channels, Epsilon) = (channels, epsilon);
        if (!affine) return;
        Weight = Register("weight", new Parameter<T>(channels, Initializer.Ones));
        Bias = Register("bias", new Parameter<T>(channels, Initializer.Zeros));
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>w [C], or null.</summary>
    public Weight<T>? Weight { get; }

    /// <summary>b [C], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No images of so many channels, or maps of a single pixel while training, which have no variance.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 4 || input.Shape[1] != Channels)
        {
            throw new ArgumentException($"InstanceNorm2d: input {input.Shape}; expected [N, {Channels}, H, W].", nameof(input));
        }

        int positions = input.Shape[2] * input.Shape[3];
        if (IsTraining && positions == 1)
        {
            throw new ArgumentException($"InstanceNorm2d: input {input.Shape}; a map of one pixel has no variance to train with.", nameof(input));
        }

        return input.GroupNorm(Channels, Weight?.Use(positions: positions), Bias?.Use(positions: positions), Epsilon);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new InstanceNorm2d<TOther>(Channels, Epsilon, Weight is not null);
}
