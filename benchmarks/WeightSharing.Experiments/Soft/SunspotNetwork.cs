using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Soft;

/// <summary>12 years to 8 tanh units to the next year, trained on all examples at once.</summary>
internal sealed class SunspotNetwork
{
    private const int Units = 8, Components = 5;
    private const double NoiseVariance = 0.015;
    private readonly Dense<double> hidden = new(SunspotSeries.Lags, Units), output = new(Units, 1);
    private readonly Sequential<double> network;

    /// <summary>A network before training.</summary>
    public SunspotNetwork(long seed)
    {
        network = new Sequential<double>(hidden, new Tanh<double>(), output);
        network.Initialize(seed);
    }

    private SunspotNetwork(SunspotNetwork other)
        : this(0)
    {
        network.SetNearest(other.network);
    }

    /// <summary>All weights, without the biases.</summary>
    public double[] Weights => [.. hidden.Weight.Value.ToArray(), .. output.Weight.Value.ToArray()];

    /// <summary>A copy to train on.</summary>
    public SunspotNetwork Copy() => new(this);

    /// <summary>Its forecasts for inputs [N, 12].</summary>
    public Tensor<double> Forecast(Tensor<double> inputs)
    {
        using NoGrad off = NoGrad.Begin();
        return network.Forward(inputs);
    }

    /// <summary>Trains with λ·Σ w² as penalty.</summary>
    public void TrainWithDecay((Tensor<double> Inputs, Tensor<double> Targets) data, double strength, int steps, CancellationToken cancellation) =>
        Train(data, () => ((hidden.Weight.Use() * hidden.Weight.Use()).Sum() + (output.Weight.Use() * output.Weight.Use()).Sum()) * strength, network.Parameters, 1e-2, steps, cancellation);

    /// <summary>Trains on with the mixture prior, which starts from the weights as they are; returns the prior.</summary>
    public MixturePrior<double> TrainWithMixture((Tensor<double> Inputs, Tensor<double> Targets) data, double strength, int steps, CancellationToken cancellation)
    {
        var prior = new MixturePrior<double>(Components, hidden.Weight, output.Weight);
        prior.Fit();
        var all = new ParameterSet<double>([.. network.Parameters.Named, .. prior.Parameters.Named.Select(pair => ($"prior.{pair.Name}", pair.Weight))]);
        Train(data, () => prior.Penalty(strength, smallestDeviation: 0.02), all, 3e-3, steps, cancellation);
        return prior;
    }

    // Negative log-likelihood of Gaussian noise, so that a prior's strength of 1 is Bayes' rule.
    private void Train(
        (Tensor<double> Inputs, Tensor<double> Targets) data, Func<Tensor<double>> penalty, ParameterSet<double> parameters, double rate, int steps,
        CancellationToken cancellation)
    {
        using var silent = UsageLedger.Off();
        var optimizer = new Adam<double>(parameters, rate);
        Schedule schedule = Schedule.Cosine(steps);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            optimizer.LearningRate = rate * schedule.Factor(step);
            optimizer.ZeroGradient();
            Tensor<double> error = Loss.MeanSquaredError(network.Forward(data.Inputs), data.Targets, LossReduction.Sum) * (0.5 / NoiseVariance);
            (error + penalty()).Backward();
            optimizer.Step();
        }
    }
}
