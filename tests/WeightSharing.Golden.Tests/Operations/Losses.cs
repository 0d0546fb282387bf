using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class MeanSquaredError : GoldenOperation
{
    public override string Name => "mse";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["loss"] = Broadcast(t["x"], t["target"], (x, target) => Loss.MeanSquaredError(x, target, Reduction(hp))),
    };

    /// <summary>The loss of operands of one shape: PyTorch broadcasts them, the library's losses ask that the caller does.</summary>
    public static Tensor<T> Broadcast<T>(Tensor<T> a, Tensor<T> b, Func<Tensor<T>, Tensor<T>, Tensor<T>> loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape both = Shape.Broadcast(a.Shape, b.Shape, "Loss");
        return loss(a.BroadcastTo(both), b.BroadcastTo(both));
    }

    public static LossReduction Reduction(Hyperparameters hp) => hp.Text("reduction", "mean") switch
    {
        "mean" => LossReduction.Mean,
        "sum" => LossReduction.Sum,
        "none" => LossReduction.None,
        var other => throw new FormatException($"hp.reduction is \"{other}\"; expected mean, sum or none."),
    };
}

internal sealed class CrossEntropy : GoldenOperation
{
    public override string Name => "cross_entropy";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        LossReduction reduction = MeanSquaredError.Reduction(hp);
        double smoothing = hp.Real("label_smoothing", 0);
        int ignored = hp.Integer("ignore_index", Loss.DefaultIgnoreIndex);
        Tensor<T>? weight = t.Find("class_weight");
        return new()
        {
            ["loss"] = t.IsIndices("target")
                ? Loss.CrossEntropy(t["x"], t.Indices("target"), reduction, weight, smoothing, ignored)
                : Loss.CrossEntropy(t["x"], t["target"].Detach(), reduction, weight, smoothing),
        };
    }
}

internal sealed class BinaryCrossEntropyWithLogits : GoldenOperation
{
    public override string Name => "bce_with_logits";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["loss"] = Loss.BinaryCrossEntropyWithLogits(t["x"], t["target"], t.Find("pos_weight"), MeanSquaredError.Reduction(hp)),
    };
}
