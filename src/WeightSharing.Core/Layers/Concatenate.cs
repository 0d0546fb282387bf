using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = [f₀(x), f₁(x), …] along one dimension: branches side by side on the same input.
/// <para>Shares nothing of its own; the same layer may stand in several branches and stays one.</para>
/// <para>Shapes: the branches' outputs may differ in that dimension only.</para>
/// <para>Parameters: those of the branches, under "0", "1", ….</para>
/// <para>Szegedy et al., "Going deeper with convolutions", 2015; with <see cref="Identity{T}"/> as a branch Huang et al., "Densely connected convolutional networks", 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Concatenate<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Layer<T>[] branches;

    /// <summary>Branches along the channels.</summary>
    /// <exception cref="ArgumentException">No branch.</exception>
    public Concatenate(params ReadOnlySpan<Layer<T>> branches)
        : this(1, branches)
    {
    }

    /// <summary>Branches along any dimension.</summary>
    /// <param name="dimension">Which dimension of the outputs; −1 is the last.</param>
    /// <param name="branches">At least one.</param>
    /// <exception cref="ArgumentException">No branch.</exception>
    public Concatenate(int dimension, params ReadOnlySpan<Layer<T>> branches)
    {
        if (branches.IsEmpty) throw new ArgumentException("Concatenate: no branches; there must be at least one.", nameof(branches));
        Dimension = dimension;
        this.branches = branches.ToArray();
        for (int i = 0; i < branches.Length; i++) Register(i.ToString(CultureInfo.InvariantCulture), branches[i]);
    }

    /// <summary>Along which dimension the outputs stand side by side.</summary>
    public int Dimension { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        var outputs = new Tensor<T>[branches.Length];
        for (int i = 0; i < outputs.Length; i++) outputs[i] = branches[i].Forward(input);
        return Tensor.Concat<T>(outputs, Dimension);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Concatenate<TOther>(Dimension, [.. branches.Select(branch => copier.Copy(branch))]);
    }
}
