using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class TiedAutoencoder : GoldenOperation
{
    public override string Name => "tied_autoencoder";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> h = t["x"].Linear(t.Use("weight", Site.Depth(0)), t["bias"]).Sigmoid();
        return new() { ["y"] = h.MatMul(t.Use("weight", Site.Depth(1))) + t["bias2"] };
    }
}

internal sealed class TiedAutoencoderLayers : GoldenLayer
{
    public override string Name => "tied_autoencoder";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var encoder = new Dense<T>(weight[1], weight[0]);
        var decoder = new Dense<T>(weight[0], weight[1], weight: encoder.Weight.Transposed());
        t.Load(encoder.Weight, "weight");
        t.Load(encoder.Bias, "bias");
        t.Load(decoder.Bias, "bias2");
        return new() { ["y"] = decoder.Forward(encoder.Forward(t["x"]).Sigmoid()) };
    }
}

internal sealed class RecurrentDepth : GoldenOperation
{
    public override string Name => "recurrent_depth";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> h = t["x"];
        bool residual = hp.Flag("residual");
        int depth = hp.Integer("depth");
        for (int k = 0; k < depth; k++)
        {
            Tensor<T> z = h.Linear(t.Use("weight", Site.Depth(k)), t["bias"]).Tanh();
            h = residual ? h + z : z;
        }

        return new() { ["y"] = h };
    }
}

internal sealed class SharedConvPyramid : GoldenOperation
{
    public override string Name => "shared_conv_pyramid";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Padding2d padding = ConvolutionPadding.Both(hp.Size("padding"));
        return new()
        {
            ["y0"] = t["x"].Conv2d(t.Use("weight", Site.Depth(0)), t.Use("bias", Site.Depth(0)), padding: padding).Relu(),
            ["y1"] = t["x"].AveragePool2d(2).Conv2d(t.Use("weight", Site.Depth(1)), t.Use("bias", Site.Depth(1)), padding: padding),
        };
    }
}

internal sealed class SharedConvPyramidLayer : GoldenLayer
{
    public override string Name => "shared_conv_pyramid";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var layer = new Conv2d<T>(
            weight[1], weight[0], (weight[2], weight[3]), padding: ConvolutionPadding.Both(hp.Size("padding")));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        var outputs = new Outputs<T>();
        using (UsageScope.Enter("fine")) outputs["y0"] = layer.Forward(t["x"]).Relu();
        using (UsageScope.Enter("coarse")) outputs["y1"] = layer.Forward(t["x"].AveragePool2d(2));
        return outputs;
    }
}

internal sealed class PalindromicConvolution : GoldenOperation
{
    public override string Name => "palindromic_conv1d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].Conv1d(
            Tying.Palindrome(hp.Integer("k")).Expand(t["base"]), t.Find("bias"),
            hp.Integer("stride", 1), new ConvolutionPadding(hp, spatial: 1).Ends, hp.Integer("dilation", 1)),
    };
}

internal sealed class PalindromicConvolutionLayer : GoldenLayer
{
    public override string Name => "palindromic_conv1d";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape free = t["base"].Shape;
        int taps = hp.Integer("k");
        var layer = new Conv1d<T>(
            free[1], free[0], taps, hp.Integer("stride", 1), new ConvolutionPadding(hp, spatial: 1).LayerEnds, hp.Integer("dilation", 1),
            bias: t.Has("bias"), tying: Tying.Palindrome(taps));
        t.Load(layer.Weight, "base");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"]) };
    }
}

internal sealed class TiedLanguageModel : GoldenOperation
{
    public override string Name => "tied_lm";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> e = Tensor.Embedding(t.Use("weight", Site.Depth(0)), t.Indices("indices")).Mean(1);
        return new() { ["y"] = e.MatMul(t["proj"]).Tanh().Linear(t.Use("weight", Site.Depth(1))) };
    }
}
