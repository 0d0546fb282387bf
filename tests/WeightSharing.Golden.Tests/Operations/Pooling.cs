using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class MaxPool2d : GoldenOperation
{
    public override string Name => "max_pool2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].MaxPool2d(
            hp.Size("kernel")!.Value, hp.Size("stride"), hp.Size("padding") ?? 0, hp.Size("dilation"), hp.Flag("ceil_mode")),
    };
}

internal sealed class MaxPool2dLayer : GoldenLayer
{
    public override string Name => "max_pool2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = new MaxPool2d<T>(
            hp.Size("kernel")!.Value, hp.Size("stride"), hp.Size("padding") ?? 0, hp.Size("dilation"), hp.Flag("ceil_mode")).Forward(t["x"]),
    };
}

internal sealed class AveragePool2d : GoldenOperation
{
    public override string Name => "avg_pool2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].AveragePool2d(
            hp.Size("kernel")!.Value, hp.Size("stride"), hp.Size("padding") ?? 0, hp.Flag("ceil_mode"), hp.Flag("count_include_pad", true)),
    };
}

internal sealed class AveragePool2dLayer : GoldenLayer
{
    public override string Name => "avg_pool2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = new AveragePool2d<T>(
            hp.Size("kernel")!.Value, hp.Size("stride"), hp.Size("padding") ?? 0, hp.Flag("ceil_mode"),
            hp.Flag("count_include_pad", true)).Forward(t["x"]),
    };
}
