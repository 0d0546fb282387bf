using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Odes;

/// <summary>The largest number of live bytes while the gradient of a differential equation is worked out.</summary>
internal static class AdjointMemory
{
    private const int Samples = 50;

    /// <summary>Live bytes at the peak, above those before, for one forward and backward pass with so many steps.</summary>
    public static long Peak(OdeGradient gradient, int steps)
    {
        var field = new SampledField(new Sequential<double>(new Dense<double>(32, 32), new Tanh<double>()), steps);
        var ode = new NeuralOde<double>(field, OdeSolver.RungeKutta4(steps), gradient);
        ode.Initialize(seed: 1);
        Tensor<double> x = Tensor.Normal<double>([256, 32], RandomKey.Of(2)).RequireGradient();
        ode.Parameters.ZeroGradient();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        field.Begin(before);
        Tensor<double> y = ode.Forward(x);
        (y * y).Sum().Backward();
        field.Sample();
        return field.PeakBytes;
    }

    /// <summary>A field that counts live bytes, after a full collection, at evenly spaced evaluations.</summary>
    private sealed class SampledField : OdeField<double>
    {
        private readonly Layer<double> layer;
        private readonly int every;
        private long baseline;
        private int evaluations;

        public SampledField(Layer<double> layer, int steps)
        {
            this.layer = Register("layer", layer);
            // Four evaluations a step, forwards and backwards.
            every = Math.Max(1, 8 * steps / Samples);
        }

        public long PeakBytes { get; private set; }

        public void Begin(long before) => (baseline, PeakBytes, evaluations) = (before, 0, 0);

        public void Sample() => PeakBytes = Math.Max(PeakBytes, GC.GetTotalMemory(forceFullCollection: true) - baseline);

        public override Tensor<double> Derivative(double time, Tensor<double> state)
        {
            if (++evaluations % every == 0) Sample();
            return layer.Forward(state);
        }
    }
}
