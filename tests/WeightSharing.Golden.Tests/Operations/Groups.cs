using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Lift : GoldenOperation
{
    public override string Name => "p4_lift";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        Tensor<T> filters = PlanarGroup.P4.LiftingFilters(weight[1], (weight[2], weight[3])).Expand(t["weight"].Flatten(1));
        Tensor<T> bank = filters.Reshape([weight[0] * 4, weight[1], weight[2], weight[3]]);
        return new() { ["y"] = GroupMaps.Of(t["x"], bank, t.Find("bias"), hp) };
    }
}

internal sealed class LiftLayer : GoldenLayer
{
    public override string Name => "p4_lift";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var layer = new GroupLift2d<T>(
            PlanarGroup.P4, weight[1], weight[0], (weight[2], weight[3]), hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")),
            bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class GroupConvolution : GoldenOperation
{
    public override string Name => "p4_conv";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        Tensor<T> filters = PlanarGroup.P4.GroupFilters(weight[1], (weight[3], weight[4])).Expand(t["weight"].Flatten(1));
        Tensor<T> bank = filters.Reshape([weight[0] * 4, weight[1] * 4, weight[3], weight[4]]);
        return new() { ["y"] = GroupMaps.Of(t["x"].Flatten(1, 2), bank, t.Find("bias"), hp) };
    }
}

internal sealed class GroupConvolutionLayer : GoldenLayer
{
    public override string Name => "p4_conv";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var layer = new GroupConv2d<T>(
            PlanarGroup.P4, weight[1], weight[0], (weight[3], weight[4]), hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")),
            bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal static class GroupMaps
{
    /// <summary>One plain convolution with the filters of all four elements; their bias is the same.</summary>
    public static Tensor<T> Of<T>(Tensor<T> x, Tensor<T> bank, Tensor<T>? bias, Hyperparameters hp)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>? each = bias?.Unsqueeze(1).BroadcastTo([bias.Count, 4]).Flatten();
        Tensor<T> y = x.Conv2d(bank, each, hp.Size("stride"), ConvolutionPadding.Both(hp.Size("padding")));
        return y.Reshape([y.Shape[0], y.Shape[1] / 4, 4, y.Shape[2], y.Shape[3]]);
    }
}
