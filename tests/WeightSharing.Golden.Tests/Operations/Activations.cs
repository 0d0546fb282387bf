using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Relu : GoldenOperation
{
    public override string Name => "relu";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["x"].Relu() };
}

internal sealed class LeakyRelu : GoldenOperation
{
    public override string Name => "leaky_relu";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].LeakyRelu(T.CreateChecked(hp.Real("slope"))),
    };
}

internal sealed class Sigmoid : GoldenOperation
{
    public override string Name => "sigmoid";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["x"].Sigmoid() };
}

internal sealed class Tanh : GoldenOperation
{
    public override string Name => "tanh";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["x"].Tanh() };
}

internal sealed class Softmax : GoldenOperation
{
    public override string Name => "softmax";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["x"].Softmax(hp.Integer("dim")) };
}

internal sealed class LogSoftmax : GoldenOperation
{
    public override string Name => "log_softmax";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["x"].LogSoftmax(hp.Integer("dim")) };
}

internal sealed class Gelu : GoldenOperation
{
    public override string Name => "gelu";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = hp.Text("approximate", "none") switch
        {
            "none" => t["x"].Gelu(),
            "tanh" => t["x"].GeluTanh(),
            var other => throw new FormatException($"hp.approximate is \"{other}\"; expected none or tanh."),
        },
    };
}

internal sealed class Softplus : GoldenOperation
{
    public override string Name => "softplus";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].Softplus(T.CreateChecked(hp.Real("beta", 1)), T.CreateChecked(hp.Real("threshold", 20))),
    };
}

internal sealed class LeakyReluLayer : GoldenLayer
{
    public override string Name => "leaky_relu";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = new LeakyRelu<T>(hp.Real("slope")).Forward(t["x"]) };
}

internal sealed class SoftmaxLayer : GoldenLayer
{
    public override string Name => "softmax";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = new Softmax<T>(hp.Integer("dim")).Forward(t["x"]) };
}

internal sealed class LogSoftmaxLayer : GoldenLayer
{
    public override string Name => "log_softmax";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = new LogSoftmax<T>(hp.Integer("dim")).Forward(t["x"]) };
}

internal sealed class GeluLayer : GoldenLayer
{
    public override string Name => "gelu";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = new Gelu<T>(hp.Text("approximate", "none") == "tanh").Forward(t["x"]) };
}

internal sealed class SoftplusLayer : GoldenLayer
{
    public override string Name => "softplus";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = new Softplus<T>(hp.Real("beta", 1), hp.Real("threshold", 20)).Forward(t["x"]) };
}
