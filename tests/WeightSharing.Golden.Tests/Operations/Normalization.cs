using WeightSharing.Checkpoints;
using WeightSharing.Layers;
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

internal sealed class LayerNormLayer : GoldenLayer
{
    public override string Name => "layer_norm";

    // A layer has a bias only beside a weight.
    public override bool Handles(GoldenCase one) => base.Handles(one)
        && one.Of("param.").Select(parameter => parameter.Name).Order(StringComparer.Ordinal).ToArray() is not ["bias"];

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var layer = new LayerNorm<T>(new Shape(hp.List("normalized_shape")!), hp.Real("eps"), affine: t.Has("weight"), bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class BatchNorm : GoldenOperation
{
    public override string Name => "batch_norm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"], mean = t["running_mean"], variance = t["running_var"];
        double epsilon = hp.Real("eps"), momentum = hp.Real("momentum");
        // A batch of nothing leaves the statistics alone; the library asks to be told so.
        if (!hp.Flag("training") || x.Count == 0)
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

internal sealed class BatchNormLayer : GoldenLayer
{
    public override string Name => "batch_norm";

    // Layers have both weight and bias or neither, and are of vectors, sequences or images.
    public override bool Handles(GoldenCase one) => base.Handles(one) && one.View("x") is null
        && one.Of("param.").Count() != 1 && one.File.TryGet("input.x", out StoredTensor? x) && x is { Count: > 0, Shape.Length: <= 4 };

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"];
        double epsilon = hp.Real("eps"), momentum = hp.Real("momentum");
        BatchNorm<T> layer = x.Rank == 4
            ? new BatchNorm2d<T>(x.Shape[1], epsilon, momentum, affine: t.Has("weight"))
            : new BatchNorm1d<T>(x.Shape[1], epsilon, momentum, affine: t.Has("weight"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        layer.RunningMean!.CopyFrom(t["running_mean"]);
        layer.RunningVariance!.CopyFrom(t["running_var"]);
        if (!hp.Flag("training")) layer.Evaluate();
        return new() { ["y"] = layer.Forward(x), ["running_mean"] = layer.RunningMean, ["running_var"] = layer.RunningVariance };
    }
}
