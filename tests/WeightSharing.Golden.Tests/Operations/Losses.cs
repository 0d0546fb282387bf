using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class MeanSquaredError : GoldenOperation
{
    public override string Name => "mse";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T>[] both = Broadcast(t["x"], t["target"]);
        return new() { ["loss"] = Loss.MeanSquaredError(both[0], both[1], Reduction(hp)) };
    }

    /// <summary>Operands of one shape: PyTorch's losses broadcast them, the library's ask that the caller does.</summary>
    public static Tensor<T>[] Broadcast<T>(params Tensor<T>[] operands)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape all = operands.Select(operand => operand.Shape).Aggregate((a, b) => Shape.Broadcast(a, b, "Loss"));
        return [.. operands.Select(operand => operand.BroadcastTo(all))];
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
