using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Linear : GoldenOperation
{
    public override string Name => "linear";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["x"].Linear(t["weight"], t.Find("bias")) };
}

internal sealed class DenseLayer : GoldenLayer
{
    public override string Name => "linear";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var layer = new Dense<T>(weight[1], weight[0], bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class Convolution1d : GoldenOperation
{
    public override string Name => "conv1d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var padding = new ConvolutionPadding(hp, spatial: 1);
        int stride = hp.Integer("stride", 1), dilation = hp.Integer("dilation", 1), groups = hp.Integer("groups", 1);
        Tensor<T> x = padding.Around(t["x"]);
        return new() { ["y"] = x.Conv1d(t["weight"], t.Find("bias"), stride, padding.Ends, dilation, groups) };
    }
}

internal sealed class Convolution1dLayer : GoldenLayer
{
    public override string Name => "conv1d";

    public override bool Handles(GoldenCase one) => base.Handles(one) && ConvolutionPadding.IsALayers(one);

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var padding = new ConvolutionPadding(hp, spatial: 1);
        Shape weight = t["weight"].Shape;
        int groups = hp.Integer("groups", 1);
        var layer = new Conv1d<T>(
            weight[1] * groups, weight[0], weight[2], hp.Integer("stride", 1), padding.LayerEnds, hp.Integer("dilation", 1), groups,
            bias: t.Has("bias"), paddingMode: padding.Mode);
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class Convolution2d : GoldenOperation
{
    public override string Name => "conv2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var padding = new ConvolutionPadding(hp, spatial: 2);
        Size2? stride = hp.Size("stride"), dilation = hp.Size("dilation");
        Tensor<T> x = padding.Around(t["x"]);
        return new() { ["y"] = x.Conv2d(t["weight"], t.Find("bias"), stride, padding.Sides, dilation, hp.Integer("groups", 1)) };
    }
}

internal sealed class Convolution2dLayer : GoldenLayer
{
    public override string Name => "conv2d";

    public override bool Handles(GoldenCase one) => base.Handles(one) && ConvolutionPadding.IsALayers(one);

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        var padding = new ConvolutionPadding(hp, spatial: 2);
        Shape weight = t["weight"].Shape;
        int groups = hp.Integer("groups", 1);
        var layer = new Conv2d<T>(
            weight[1] * groups, weight[0], (weight[2], weight[3]), hp.Size("stride"), padding.LayerSides, hp.Size("dilation"), groups,
            bias: t.Has("bias"), paddingMode: padding.Mode);
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class TransposedConvolution2d : GoldenOperation
{
    public override string Name => "conv_transpose2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].ConvTranspose2d(
            t["weight"], t.Find("bias"), hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")), hp.Size("output_padding") ?? 0,
            hp.Size("dilation"), hp.Integer("groups", 1)),
    };
}

internal sealed class TransposedConvolution2dLayer : GoldenLayer
{
    public override string Name => "conv_transpose2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        int groups = hp.Integer("groups", 1);
        var layer = new ConvTranspose2d<T>(
            weight[0], weight[1] * groups, (weight[2], weight[3]), hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")),
            hp.Size("output_padding") ?? 0, hp.Size("dilation"), groups, bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class LocallyConnected1d : GoldenOperation
{
    public override string Name => "locally_connected1d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].LocallyConnected1d(
            t["weight"], t.Find("bias"), hp.Integer("kernel"), hp.Integer("stride", 1), hp.Integer("padding", 0),
            hp.Integer("dilation", 1)),
    };
}

internal sealed class LocallyConnected1dLayer : GoldenLayer
{
    public override string Name => "locally_connected1d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"];
        var layer = new LocallyConnected1d<T>(
            x.Shape[1], t["weight"].Shape[1], x.Shape[2], hp.Integer("kernel"), hp.Integer("stride", 1), hp.Integer("padding", 0),
            hp.Integer("dilation", 1), bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(x) };
    }
}

internal sealed class LocallyConnected2d : GoldenOperation
{
    public override string Name => "locally_connected2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].LocallyConnected2d(
            t["weight"], t.Find("bias"), hp.Size("kernel")!.Value, hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")),
            hp.Size("dilation")),
    };
}

internal sealed class LocallyConnected2dLayer : GoldenLayer
{
    public override string Name => "locally_connected2d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"];
        var layer = new LocallyConnected2d<T>(
            x.Shape[1], t["weight"].Shape[1], (x.Shape[2], x.Shape[3]), hp.Size("kernel")!.Value, hp.Size("stride"),
            ConvolutionPadding.Both(hp.Size("padding")), hp.Size("dilation"), bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(x) };
    }
}
