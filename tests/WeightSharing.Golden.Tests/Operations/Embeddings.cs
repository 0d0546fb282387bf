using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Embedding : GoldenOperation
{
    public override string Name => "embedding";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> weight = t["weight"];
        return new() { ["y"] = Tensor.Embedding(weight, t.Indices("indices"), Padding(hp, weight.Shape[0])) };
    }

    /// <summary>PyTorch counts a negative index from the end.</summary>
    public static int? Padding(Hyperparameters hp, int symbols) => hp.Text("padding_idx") is null ? null
        : hp.Integer("padding_idx") is var index && index < 0 ? index + symbols : index;
}

internal sealed class EmbeddingLayer : GoldenLayer
{
    public override string Name => "embedding";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape shape = t["weight"].Shape;
        var layer = new Embedding<T>(shape[0], shape[1], Embedding.Padding(hp, shape[0]));
        t.Load(layer.Weight, "weight");
        return new() { ["y"] = layer.Forward(t.Indices("indices")) };
    }
}
