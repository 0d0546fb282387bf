using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Layers one after the other, named "0", "1", … as in PyTorch. The same layer may stand in several places and stays one.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Sequential<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Layer<T>[] layers;

    /// <summary>The layers in order.</summary>
    public Sequential(params ReadOnlySpan<Layer<T>> layers)
    {
        this.layers = layers.ToArray();
        for (int i = 0; i < this.layers.Length; i++) Register(i.ToString(CultureInfo.InvariantCulture), this.layers[i]);
    }

    /// <summary>The number of layers.</summary>
    public int Count => layers.Length;

    /// <summary>Layer <paramref name="index"/>.</summary>
    public Layer<T> this[int index] => layers[index];

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        for (int i = 0; i < layers.Length; i++)
        {
            ReadOnlySpan<Layer<T>> following = layers.AsSpan(i + 1);
            if (!following.IsEmpty && layers[i] is IFusion<T> fusion)
            {
                input = fusion.Forward(input, following, out int taken);
                i += taken;
            }
            else
            {
                input = layers[i].Forward(input);
            }
        }

        return input;
    }

    /// <inheritdoc cref="Module{T}.To{TOther}"/>
    public new Sequential<TOther> To<TOther>()
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => (Sequential<TOther>)base.To<TOther>();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Sequential<TOther>([.. layers.Select(layer => copier.Copy(layer))]);
    }
}
