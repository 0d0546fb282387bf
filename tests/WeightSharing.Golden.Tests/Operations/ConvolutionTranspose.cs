using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class ConvolutionTranspose2d : GoldenOperation
{
    public override string Name => "conv_transpose2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].ConvTranspose2d(
            t["weight"], t.Find("bias"), hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")), hp.Size("output_padding") ?? default,
            hp.Size("dilation"), hp.Integer("groups", 1)),
    };
}
