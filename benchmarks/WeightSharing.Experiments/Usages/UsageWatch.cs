using WeightSharing.Analysis;
using WeightSharing.Experiments.Toeplitz;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Usages;

/// <summary>A network in double precision, or the part of it that is looked at, and a loss that uses it.</summary>
/// <param name="Model">Whose parameters are looked at.</param>
/// <param name="Loss">A scalar of theirs on fixed examples; the same at every call.</param>
internal sealed record Twin(IParameterized<double> Model, Func<Tensor<double>> Loss);

/// <summary>The uses of one shared weight while its network learns.</summary>
/// <param name="key">The last part of metric names.</param>
/// <param name="net">The network and whose experiment it is.</param>
/// <param name="parameter">Any name of the weight.</param>
/// <param name="use">What a use is: a step, a hop.</param>
/// <param name="groupBy">Uses of one key count as one; null keeps every use apart.</param>
internal sealed class UsageWatch(string key, string net, string parameter, string use, Func<Usage<double>, string>? groupBy = null)
{
    /// <summary>Points over a training, apart from the one before it.</summary>
    public const int Points = 8;

    private readonly List<(double Progress, ParameterInsight Insight)> series = [];

    /// <summary>The last part of metric names.</summary>
    public string Key => key;

    /// <summary>The network and whose experiment it is.</summary>
    public string Net => net;

    /// <summary>A name of the weight.</summary>
    public string Parameter => parameter;

    /// <summary>What a use is.</summary>
    public string Use => use;

    /// <summary>Insights from the first weights (progress 0) to the trained ones (1).</summary>
    public IReadOnlyList<(double Progress, ParameterInsight Insight)> Series => series;

    /// <summary>
    /// The sum of the parts of the gradient against the gradient that a backward pass without any tracking gives, over all parameters of the network and all points:
    /// the largest |a − b| / (1 + max |b|).
    /// </summary>
    public double IdentityError { get; private set; }

    /// <summary>Whether to look after so many steps of all.</summary>
    public static bool IsDue(int done, int all) => done == 0 || done * Points / all != (done - 1) * Points / all;

    /// <summary>Looks at the network as it is.</summary>
    public void Observe(double progress, Twin twin)
    {
        ParameterSet<double> set = twin.Model.Parameters;
        Dictionary<Parameter<double>, double[]> plain = Plain(twin);
        using (UsageLedger.TrackContributions()) twin.Loss().Backward();
        foreach ((Parameter<double> one, double[] gradient) in plain)
        {
            Tensor<double>[] parts = [.. one.Ledger.Usages.Select(usage => usage.Gradient).OfType<Tensor<double>>()];
            if (parts.Length > 0) IdentityError = Math.Max(IdentityError, Geometry.Difference(parts.Aggregate((a, b) => a + b).ToArray(), gradient));
        }

        Parameter<double> watched = set[parameter].Parameter;
        series.Add((progress, ParameterInsight.Of(set.NamesOf(watched), watched, groupBy)
            ?? throw new ExperimentException($"usages: {parameter} of {net} was not used.")));
    }

    /// <summary>Looks at the positions of a convolution; returns what drives each of the network's convolutions by position.</summary>
    public IReadOnlyList<PositionInsight<double>> ObservePositions(double progress, Sequential<double> network, Tensor<double> images, Func<Tensor<double>, Tensor<double>> loss)
    {
        Dictionary<Parameter<double>, double[]> plain = Plain(new Twin(network, () => loss(network.Forward(images))));
        IReadOnlyList<PositionInsight<double>> positions = PositionInsight.Of(network, images, loss);
        foreach (PositionInsight<double> one in positions)
        {
            IdentityError = Math.Max(IdentityError, Geometry.Difference(one.Gradients.Sum(0).ToArray(), plain[network.Parameters[one.Name].Parameter]));
        }

        series.Add((progress, positions.Single(one => one.Name == parameter).ToUses()));
        return positions;
    }

    // The gradients of a pass that tracks nothing, which the library makes in other ways than the parts.
    private static Dictionary<Parameter<double>, double[]> Plain(Twin twin)
    {
        ParameterSet<double> set = twin.Model.Parameters;
        set.ZeroGradient();
        using (UsageLedger.Off()) twin.Loss().Backward();
        var gradients = set.Where(one => one.Gradient is not null).ToDictionary(one => one, one => one.Gradient!.ToArray());
        set.ZeroGradient();
        return gradients;
    }
}
