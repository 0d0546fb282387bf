using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class LayerNorm : GoldenOperation
{
    public override string Name => "layer_norm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].LayerNorm(new Shape(hp.List("normalized_shape")!), t.Find("weight"), t.Find("bias"), hp.Real("eps")),
    };
}

internal sealed class BatchNorm : GoldenOperation
{
    public override string Name => "batch_norm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"], mean = t["running_mean"], variance = t["running_var"];
        double epsilon = hp.Real("eps"), momentum = hp.Real("momentum");
        if (!hp.Flag("training"))
        {
            return new()
            {
                ["y"] = x.BatchNorm(mean, variance, t.Find("weight"), t.Find("bias"), epsilon),
                ["running_mean"] = mean,
                ["running_var"] = variance,
            };
        }

        (Tensor<T> y, Tensor<T> batchMean, Tensor<T> batchVariance) = x.BatchNorm(t.Find("weight"), t.Find("bias"), epsilon);
        return new()
        {
            ["y"] = y,
            ["running_mean"] = Tensor.RunningStatistics(mean, batchMean, momentum),
            ["running_var"] = Tensor.RunningStatistics(variance, batchVariance, momentum),
        };
    }
}
