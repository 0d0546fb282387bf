using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

/// <summary>Small networks and comparisons that the tests of depth share.</summary>
internal static class Networks
{
    public static Sequential<double> Tanh(int inputs, int outputs) => new(new Dense<double>(inputs, outputs), new Tanh<double>());

    public static Tensor<double> Values(Shape shape, long seed = 5) => Tensor.Normal<double>(shape, RandomKey.Of(seed));

    public static void Close(Tensor<double> expected, Tensor<double> actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double scale = 1 + (expected.Count == 0 ? 0 : expected.Abs().Max().Item()), worst = expected.Count == 0 ? 0 : (expected - actual).Abs().Max().Item();
        Assert.True(worst <= tolerance * scale, $"differ by {worst}, allowed {tolerance * scale}");
    }

    /// <summary>Parameter and input gradients of Σ seed·f(x), the input's last.</summary>
    public static Tensor<double>[] Gradients(Layer<double> layer, Tensor<double> x)
    {
        Tensor<double> leaf = x.Detach().RequireGradient(), y = layer.Forward(leaf);
        return Gradient.Of(y, [.. layer.Parameters.Select(parameter => parameter.Value), leaf], Values(y.Shape, 9));
    }

    /// <summary>The contributions of the usages of every parameter add up to its gradient.</summary>
    public static void PartsAddUp(Module<double> module, Func<Tensor<double>> forward)
    {
        module.Parameters.ZeroGradient();
        using UsageLedgerScope tracking = UsageLedger.TrackContributions();
        Tensor<double> y = forward();
        y.Backward(Values(y.Shape, 9));
        foreach (Parameter<double> parameter in module.Parameters)
        {
            Close(parameter.Gradient!, parameter.Ledger.Usages.Where(usage => usage.Gradient is not null).Select(usage => usage.Gradient!).Aggregate((a, b) => a + b));
        }
    }

    /// <summary>Clone and cast keep the outputs.</summary>
    public static void IsCopied<TLayer>(TLayer layer, Tensor<double> x, double floatTolerance = 1e-4)
        where TLayer : Layer<double>
    {
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
        Close(layer.Forward(x).Detach(), layer.To<float>().Forward(x.To<float>()).To<double>().Detach(), floatTolerance);
    }
}
