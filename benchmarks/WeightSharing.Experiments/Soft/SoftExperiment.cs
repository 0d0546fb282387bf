using WeightSharing.Experiments.Running;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Soft;

/// <summary>
/// From soft to hard: how fast a softly tied weight comes near the tied one as the penalty grows, and what a mixture prior over the weights of a small
/// network buys in forecasting sunspots.
/// </summary>
internal sealed class SoftExperiment : Experiment
{
    // Inside 1712 to 1920: the years before learn, these choose the strength.
    private const int FirstChoosing = 1886, LastTraining = 1920, FirstYear = 1712;
    private static readonly double[] DecayStrengths = [0.1, 0.3, 1, 3, 10, 30, 100];
    private static readonly double[] MixtureStrengths = [0.1, 0.3, 0.6, 1, 2];

    /// <inheritdoc/>
    public override string Name => "soft";

    /// <inheritdoc/>
    public override string Summary => "From soft to hard sharing: the distance to the tied solution against the strength of the penalty, and sunspots with softly shared weights.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Slope of log distance between softly and hard tied solution against log λ, for λ from 100 to 10,000 times the largest curvature", ["slope"]),
        new("Mean squared error of forecasts of the sunspots of 1921 to 1955, divided by 1495.601: mixture prior, least squares, weight decay (medians over seeds)",
            ["arv", "arv.linear", "arv.decay"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        RandomKey key = RandomKey.Of(context.Seed);
        var path = new SoftPath(Tying.Palindrome(9).Repeated([2]), key.Fork("path"));
        double[] factors = [.. Enumerable.Range(0, 17).Select(i => Math.Pow(10, 2 + i / 8.0))];
        double[] distances = [.. factors.Select(factor => path.Distance(factor * path.Curvature))];
        double slope = SmallSystems.Slope([.. factors.Select(x => Math.Log(x))], [.. distances.Select(x => Math.Log(x))]);

        SunspotSeries series = SunspotSeries.Load(context.Data);
        double linear = Linear(series);
        int seeds = context.Quick ? 2 : 7, steps = context.Quick ? 150 : 4000;
        var trials = new SunspotTrial[seeds];
        context.RunAll([.. Enumerable.Range(0, seeds).Select(i => new Job("sunspots", 1, () => trials[i] = Trial(series, (long)key.Fork("network").Fork(i).Value, steps, context)))]);

        var metrics = new MetricSet(this)
        {
            ["slope"] = slope,
            ["arv"] = Median(trials.Select(trial => trial.Mixture)),
            ["arv.linear"] = linear,
            ["arv.decay"] = Median(trials.Select(trial => trial.Decay)),
        };
        var page = new SoftPage(path, distances, factors, slope, trials, metrics);
        return new ExperimentResult(metrics, [page.Table], [.. page.Blocks()],
            ["Yearly sunspot numbers: World Data Center SILSO, Royal Observatory of Belgium, Brussels; as distributed with statsmodels and R, public domain."]);
    }

    private static SunspotTrial Trial(SunspotSeries series, long seed, int steps, ExperimentContext context)
    {
        (Tensor<double> Inputs, Tensor<double> Targets) learn = series.Years(FirstYear, FirstChoosing - 1), choose = series.Years(FirstChoosing, LastTraining);
        double decay = 0, mixture = 0, best = double.MaxValue;
        SunspotNetwork? start = null;
        foreach (double strength in DecayStrengths)
        {
            var network = new SunspotNetwork(seed);
            network.TrainWithDecay(learn, strength, steps, context.Cancellation);
            if (Error(network, choose) is var error && error < best) (best, decay, start) = (error, strength, network);
        }

        best = double.MaxValue;
        foreach (double strength in MixtureStrengths)
        {
            SunspotNetwork network = start!.Copy();
            network.TrainWithMixture(learn, strength, steps, context.Cancellation);
            if (Error(network, choose) is var error && error < best) (best, mixture) = (error, strength);
        }

        var decayed = new SunspotNetwork(seed);
        decayed.TrainWithDecay(series.Training, decay, steps, context.Cancellation);
        SunspotNetwork shared = decayed.Copy();
        MixturePrior<double> prior = shared.TrainWithMixture(series.Training, mixture, steps, context.Cancellation);
        return new SunspotTrial(decay, mixture, Error(decayed, series.Test), Error(shared, series.Test), decayed.Weights, shared.Weights, prior.Means.ToArray(), shared.Forecast(series.Test.Inputs).ToArray());
    }

    private static double Error(SunspotNetwork network, (Tensor<double> Inputs, Tensor<double> Targets) data) =>
        SunspotSeries.RelativeVariance(network.Forecast(data.Inputs), data.Targets);

    private static double Linear(SunspotSeries series)
    {
        double[] weights = SmallSystems.LeastSquares(WithConstant(series.Training.Inputs), series.Training.Targets.ToArray());
        double[,] test = WithConstant(series.Test.Inputs);
        double[] forecasts = [.. Enumerable.Range(0, test.GetLength(0)).Select(row => weights.Select((weight, i) => weight * test[row, i]).Sum())];
        return SunspotSeries.RelativeVariance(Tensor.From(forecasts, [forecasts.Length, 1]), series.Test.Targets);
    }

    private static double[,] WithConstant(Tensor<double> inputs)
    {
        var rows = new double[inputs.Shape[0], inputs.Shape[1] + 1];
        for (int i = 0; i < rows.GetLength(0); i++)
        {
            for (int j = 0; j < inputs.Shape[1]; j++) rows[i, j] = inputs[i, j];
            rows[i, inputs.Shape[1]] = 1;
        }

        return rows;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>What one seed found: strengths chosen, errors, weights after decay and after sharing, the prior's means, the forecasts of the test years.</summary>
internal sealed record SunspotTrial(
    double DecayStrength, double MixtureStrength, double Decay, double Mixture, double[] DecayedWeights, double[] SharedWeights, double[] Means, double[] Forecasts);
