using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Embedding : GoldenOperation
{
    public override string Name => "embedding";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> weight = t["weight"];
        int? padding = hp.Text("padding_idx") is null ? null : hp.Integer("padding_idx");
        // PyTorch counts a negative one from the end.
        if (padding < 0) padding += weight.Shape[0];
        return new() { ["y"] = Tensor.Embedding(weight, t.Indices("indices"), padding) };
    }
}
