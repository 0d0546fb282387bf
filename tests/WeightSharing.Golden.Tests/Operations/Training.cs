using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class OptimizerTrajectory : GoldenOperation
{
    public override string Name => "optimizer";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var parameter = new Parameter<T>(t["p0"].Copy());
        Optimizer<T> optimizer = Optimizers.Of(hp, parameter);
        Tensor<T> gradients = t["grads"];
        var trajectory = new List<Tensor<T>>();
        for (int step = 0; step < gradients.Shape[0]; step++)
        {
            optimizer.ZeroGradient();
            // The gradient of Σ p·g is g; to maximize is to descend on the negative.
            Tensor<T> loss = (parameter.Value * gradients.Select(0, step)).Sum();
            (hp.Flag("maximize") ? -loss : loss).Backward();
            optimizer.Step();
            trajectory.Add(parameter.Value.Detach().Copy());
        }

        return new() { ["y"] = Tensor.Stack<T>([.. trajectory]) };
    }
}

internal sealed class TrainShared : GoldenOperation
{
    public override string Name => "train_shared";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var parameter = new Parameter<T>(t["w0"].Copy());
        Weight<T> weight = parameter;
        Optimizer<T> optimizer = Optimizers.Of(hp, parameter);
        List<Tensor<T>> trajectory = [], losses = [];
        int steps = hp.Integer("steps");
        for (int step = 0; step < steps; step++)
        {
            optimizer.ZeroGradient();
            Tensor<T> h = t["x"].Linear(weight.Use(Site.Depth(0))).Tanh().Linear(weight.Use(Site.Depth(1))).Tanh();
            Tensor<T> loss = Loss.MeanSquaredError(h.MatMul(weight.Use(Site.Depth(2))), t["target"]);
            (hp.Flag("maximize") ? -loss : loss).Backward();
            optimizer.Step();
            trajectory.Add(parameter.Value.Detach().Copy());
            losses.Add(loss.Detach());
        }

        return new() { ["y"] = Tensor.Stack<T>([.. trajectory]), ["loss"] = Tensor.Stack<T>([.. losses]) };
    }
}

/// <summary>The optimizer that the hyperparameters describe, with PyTorch's defaults for what they leave out.</summary>
internal static class Optimizers
{
    public static Optimizer<T> Of<T>(Hyperparameters hp, Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parameters = new ParameterSet<T>([("w", parameter)]);
        double rate = hp.Real("lr");
        string kind = hp.Required("kind");
        return kind switch
        {
            "sgd" => new Sgd<T>(
                parameters, rate, hp.Real("momentum", 0), hp.Real("dampening", 0), hp.Real("weight_decay", 0), hp.Flag("nesterov")),
            "adam" => new Adam<T>(
                parameters, rate, Beta(0, 0.9), Beta(1, 0.999), hp.Real("eps", 1e-8), hp.Real("weight_decay", 0), hp.Flag("amsgrad")),
            "adamw" => new AdamW<T>(
                parameters, rate, Beta(0, 0.9), Beta(1, 0.999), hp.Real("eps", 1e-8), hp.Real("weight_decay", 0.01), hp.Flag("amsgrad")),
            "rmsprop" => new RmsProp<T>(
                parameters, rate, hp.Real("alpha", 0.99), hp.Real("eps", 1e-8), hp.Real("momentum", 0), hp.Real("weight_decay", 0),
                hp.Flag("centered")),
            _ => throw new FormatException($"hp.kind is \"{kind}\"; expected sgd, adam, adamw or rmsprop."),
        };

        double Beta(int which, double missing) => hp.Reals("betas") is { } betas ? betas[which] : missing;
    }
}
