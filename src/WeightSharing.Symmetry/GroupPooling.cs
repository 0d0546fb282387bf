using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>The maximum over the group: [N, C, |G|, ..] → [N, C, ..]. Turning the image then turns the maps and does nothing else.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GroupMaxPool<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => GroupPooling.Maps(input, "GroupMaxPool").Max(2);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GroupMaxPool<TOther>();
}

/// <summary>The mean over the group: [N, C, |G|, ..] → [N, C, ..].</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GroupAveragePool<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => GroupPooling.Maps(input, "GroupAveragePool").Mean(2);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GroupAveragePool<TOther>();
}

internal static class GroupPooling
{
    /// <summary>Checks that there is a dimension of group elements.</summary>
    public static Tensor<T> Maps<T>(Tensor<T> input, string layer)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 3
            ? input
            : throw new ArgumentException($"{layer}: input {input.Shape}; expected [N, C, |G|, ..].", nameof(input));
    }
}
