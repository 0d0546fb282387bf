using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Support;

/// <summary>A dense layer as a user of the core would write it.</summary>
internal sealed class Affine<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Affine(int inputs, int outputs, Weight<T>? weight = null, Tying? tying = null)
    {
        Weight = Register("weight", WeightSource.For("Affine", [outputs, inputs], new Fan(inputs, outputs), weight, tying, null));
        Bias = Register("bias", new Parameter<T>(outputs, Initializer.FanInUniform, new Fan(inputs, outputs)));
    }

    public Weight<T> Weight { get; }

    public Weight<T> Bias { get; }

    public override Tensor<T> Forward(Tensor<T> input) => input.Linear(Weight.Use(), Bias.Use());

    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new Affine<TOther>(Weight.Shape[1], Weight.Shape[0], copier.Copy(Weight));
}
