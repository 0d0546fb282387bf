using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>A module that maps one tensor to one tensor.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class Layer<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The layer's output for an input.</summary>
    public abstract Tensor<T> Forward(Tensor<T> input);

    /// <inheritdoc cref="Module{T}.To{TOther}"/>
    public new Layer<TOther> To<TOther>()
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => (Layer<TOther>)base.To<TOther>();
}
