using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Support;

/// <summary>Compares the gradients of a layer's parameters with central differences.</summary>
internal static class LayerGradients
{
    public static void Verify(Module<double> module, Func<Tensor<double>> forward, double tolerance = 1e-6)
    {
        Tensor<double> outer = Tensor.Normal<double>(forward().Shape, RandomKey.Of(11));
        double Loss()
        {
            using NoGrad off = NoGrad.Begin();
            return (forward() * outer).Sum().Item();
        }

        module.Parameters.ZeroGradient();
        (forward() * outer).Sum().Backward();
        foreach (Parameter<double> parameter in module.Parameters)
        {
            double[] values = parameter.Value.ToArray(), analytic = parameter.Gradient!.ToArray();
            double scale = 1 + analytic.Max(Math.Abs);
            for (int i = 0; i < values.Length; i++)
            {
                double center = values[i];
                values[i] = center + 1e-5;
                parameter.Set(Tensor.From(values, parameter.Shape));
                double above = Loss();
                values[i] = center - 1e-5;
                parameter.Set(Tensor.From(values, parameter.Shape));
                double numeric = (above - Loss()) / 2e-5;
                values[i] = center;
                Assert.True(Math.Abs(analytic[i] - numeric) <= tolerance * scale, $"{parameter.Name}[{i}]: analytic {analytic[i]:R}, numeric {numeric:R}");
            }

            parameter.Set(Tensor.From(values, parameter.Shape));
        }
    }
}
