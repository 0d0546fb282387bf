using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Embedding : GoldenOperation
{
    public override string Name => "embedding";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = Tensor.Embedding(t["weight"], t.Indices("indices"), hp.Text("padding_idx") is null ? null : hp.Integer("padding_idx")),
    };
}

internal sealed class TiedLanguageModel : GoldenOperation
{
    public override string Name => "tied_lm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> e = Tensor.Embedding(t.Use("weight", Site.Depth(0)), t.Indices("indices")).Mean(1);
        return new() { ["y"] = e.MatMul(t["proj"]).Tanh().Linear(t.Use("weight", Site.Depth(1))) };
    }
}
