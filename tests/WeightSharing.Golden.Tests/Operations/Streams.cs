using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Siamese : GoldenLayer
{
    public override string Name => "siamese";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var dense = new Dense<T>(weight[1], weight[0], bias: t.Has("bias"));
        var network = new SiameseNetwork<T>(new Sequential<T>(dense, new Tanh<T>()));
        t.Load(dense.Weight, "weight");
        t.Load(dense.Bias, "bias");
        return new() { ["y"] = network.Forward(t["x1"], t["x2"]) };
    }
}

internal sealed class Contrastive : GoldenOperation
{
    public override string Name => "contrastive";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["loss"] = Loss.Contrastive(t["x1"], t["x2"], t.Labels("y"), hp.Real("margin", 1), MeanSquaredError.Reduction(hp)),
    };
}

internal sealed class CosineEmbedding : GoldenOperation
{
    public override string Name => "cosine_embedding";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["loss"] = Loss.CosineEmbedding(t["x1"], t["x2"], t.Labels("y"), hp.Real("margin", 0), MeanSquaredError.Reduction(hp)),
    };
}

internal sealed class TripletMargin : GoldenOperation
{
    public override string Name => "triplet_margin";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T>[] rows = MeanSquaredError.Broadcast(t["anchor"], t["positive"], t["negative"]);
        return new()
        {
            ["loss"] = Loss.TripletMargin(rows[0], rows[1], rows[2], hp.Real("margin", 1), hp.Real("p", 2), reduction: MeanSquaredError.Reduction(hp)),
        };
    }
}
