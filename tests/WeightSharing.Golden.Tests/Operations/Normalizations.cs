using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class BatchNorm : GoldenOperation
{
    public override string Name => "batch_norm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        double epsilon = hp.Real("eps", 1e-5), momentum = hp.Real("momentum", 0.1);
        Tensor<T> mean = t["running_mean"], variance = t["running_var"];
        if (!hp.Flag("training"))
        {
            Tensor<T> inferred = t["x"].BatchNorm(mean, variance, t.Find("weight"), t.Find("bias"), epsilon);
            return new() { ["y"] = inferred, ["running_mean"] = mean, ["running_var"] = variance };
        }

        (Tensor<T> y, Tensor<T> batchMean, Tensor<T> batchVariance) = t["x"].BatchNorm(t.Find("weight"), t.Find("bias"), epsilon);
        return new()
        {
            ["y"] = y,
            ["running_mean"] = Tensor.RunningStatistics(mean, batchMean, momentum),
            ["running_var"] = Tensor.RunningStatistics(variance, batchVariance, momentum),
        };
    }
}

internal sealed class LayerNorm : GoldenOperation
{
    public override string Name => "layer_norm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].LayerNorm(new Shape(hp.List("normalized_shape")!), t.Find("weight"), t.Find("bias"), hp.Real("eps", 1e-5)),
    };
}
