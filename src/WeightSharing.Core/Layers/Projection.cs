using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>y = x·Wᵀ + b with given weights: what layers of the core need of a dense layer, under names of their own.</summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed class Projection<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Projection(Weight<T> weight, Weight<T>? bias)
    {
        Weight = Register("weight", weight);
        if (bias is not null) Bias = Register("bias", bias);
    }

    public Weight<T> Weight { get; }

    public Weight<T>? Bias { get; }

    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int positions = input.Rank > 2 ? input.Shape.Slice(1, input.Rank - 1).Count : 1;
        return input.Linear(Weight.Use(positions: positions), Bias?.Use(positions: positions));
    }

    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Projection<TOther>(copier.Copy(Weight), copier.Copy(Bias));
}
