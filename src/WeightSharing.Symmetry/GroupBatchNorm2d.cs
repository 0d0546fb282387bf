using System.Numerics;
using WeightSharing.Layers;

namespace WeightSharing.Symmetry;

/// <summary>
/// Batch normalisation of maps over a group: y = (x − m)/√(v + ε) ⊙ w + b, with m and v of a channel over batch, elements and positions.
/// <para>Shares scale, shift and statistics of a channel over the elements of the group too; with one for each map, the output would not move with the input.</para>
/// <para>Shapes: input [N, C, |G|, H, W], weight, bias, running_mean and running_var [C], num_batches_tracked [], output as the input.</para>
/// <para>Parameters: 2·C; unshared |G| times as many, and as many times more as there are positions.</para>
/// <para>Cohen and Welling, "Group equivariant convolutional networks", 2016, section 6; Ioffe and Szegedy, "Batch normalization", 2015.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The part of the newest batch in the running statistics; null: the plain mean over all batches.</param>
/// <param name="affine">With weight and bias.</param>
/// <param name="trackStatistics">Keeps running statistics for evaluation; otherwise the batch's are used there too.</param>
public sealed class GroupBatchNorm2d<T>(int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackStatistics = true)
    : BatchNorm<T>(channels, epsilon, momentum, affine, trackStatistics)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override string Form => "[N, C, |G|, H, W]";

    /// <inheritdoc/>
    protected override bool Takes(int rank) => rank == 5;

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new GroupBatchNorm2d<TOther>(Channels, Epsilon, Momentum, Weight is not null, RunningMean is not null);
}
