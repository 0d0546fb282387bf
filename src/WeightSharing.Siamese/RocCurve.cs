using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>A threshold and the errors made with it: pairs at that distance or nearer are taken for the same.</summary>
/// <param name="Threshold">A distance.</param>
/// <param name="FalseAcceptRate">The fraction of different pairs that are accepted.</param>
/// <param name="FalseRejectRate">The fraction of similar pairs that are not.</param>
public readonly record struct RocPoint(double Threshold, double FalseAcceptRate, double FalseRejectRate)
{
    /// <summary>The fraction of similar pairs that are accepted.</summary>
    public double TrueAcceptRate => 1 - FalseRejectRate;
}

/// <summary>
/// How well distances tell similar pairs from different ones, for every threshold: the receiver operating characteristic.
/// </summary>
public sealed class RocCurve
{
    private readonly int similarCount, differentCount;

    private RocCurve(IReadOnlyList<RocPoint> points, int similarCount, int differentCount)
    {
        (Points, this.similarCount, this.differentCount) = (points, similarCount, differentCount);
        (EqualErrorRate, EqualErrorThreshold) = Crossing(points);
    }

    /// <summary>From accepting nothing, at the threshold −∞, to accepting all: one point for each distance that occurs.</summary>
    public IReadOnlyList<RocPoint> Points { get; }

    /// <summary>The rate at which both errors are equally frequent, between points on the straight line that joins them; 0 is perfect, ½ chance.</summary>
    public double EqualErrorRate { get; }

    /// <summary>The threshold there.</summary>
    public double EqualErrorThreshold { get; }

    /// <summary>Area under the curve of true over false accepts: the probability that a similar pair is nearer than a different one. 1 is perfect.</summary>
    public double AreaUnderCurve => Points.Zip(Points.Skip(1), (a, b) =>
        (b.FalseAcceptRate - a.FalseAcceptRate) * (a.TrueAcceptRate + b.TrueAcceptRate) / 2).Sum();

    /// <summary>The point with the fewest errors, similar and different pairs counted as they occurred; the lowest threshold of several.</summary>
    public RocPoint MostAccurate => Points.MaxBy(Accuracy);

    /// <summary>The curve of measured distances.</summary>
    /// <param name="distances">[P]; lower means more similar.</param>
    /// <param name="similar">[P], true for pairs that are the same.</param>
    /// <exception cref="ArgumentException">The shapes differ, a distance is not a number, or one kind of pairs is missing.</exception>
    public static RocCurve Of<T>(Tensor<T> distances, Tensor<bool> similar)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(distances);
        ArgumentNullException.ThrowIfNull(similar);
        if (distances.Shape != similar.Shape)
        {
            throw new ArgumentException($"RocCurve: distances {distances.Shape} and labels {similar.Shape}; there must be one label for each distance.", nameof(similar));
        }

        bool[] labels = similar.ToArray();
        double[] values = Array.ConvertAll(distances.ToArray(), double.CreateChecked);
        int bad = Array.FindIndex(values, double.IsNaN), positives = labels.Count(label => label), negatives = labels.Length - positives;
        if (bad >= 0) throw new ArgumentException($"RocCurve: distance {bad} is not a number; look for NaN in the inputs or weights.", nameof(distances));
        if (positives == 0 || negatives == 0)
        {
            throw new ArgumentException($"RocCurve: {positives} similar and {negatives} different pairs; there must be some of both.", nameof(similar));
        }

        Array.Sort(values, labels);
        List<RocPoint> points = [new(double.NegativeInfinity, 0, 1)];
        int accepted = 0, falselyAccepted = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (labels[i]) accepted++;
            else falselyAccepted++;
            // No threshold tells equal distances apart.
            if (i + 1 < values.Length && values[i + 1] == values[i]) continue;
            points.Add(new RocPoint(values[i], (double)falselyAccepted / negatives, 1 - (double)accepted / positives));
        }

        return new RocCurve(points, positives, negatives);
    }

    /// <summary>The errors made with a threshold.</summary>
    public RocPoint At(double threshold) => Points.Last(point => point.Threshold <= threshold) with { Threshold = threshold };

    /// <summary>The fraction of pairs that a point judges rightly.</summary>
    public double Accuracy(RocPoint point) =>
        (point.TrueAcceptRate * similarCount + (1 - point.FalseAcceptRate) * differentCount) / (similarCount + differentCount);

    /// <summary>The measures in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"equal error rate {EqualErrorRate:0.0000} at {EqualErrorThreshold:0.####}, area under curve {AreaUnderCurve:0.0000}, {similarCount} similar and {differentCount} different pairs");

    // Along the points false accepts rise from 0 to 1 and false rejects fall from 1 to 0: they cross once.
    private static (double Rate, double Threshold) Crossing(IReadOnlyList<RocPoint> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            (RocPoint a, RocPoint b) = (points[i - 1], points[i]);
            double before = a.FalseRejectRate - a.FalseAcceptRate, after = b.FalseRejectRate - b.FalseAcceptRate;
            if (after > 0) continue;
            double share = before / (before - after);
            double rate = a.FalseAcceptRate + share * (b.FalseAcceptRate - a.FalseAcceptRate);
            return (rate, double.IsInfinity(a.Threshold) ? b.Threshold : a.Threshold + share * (b.Threshold - a.Threshold));
        }

        return (points[^1].FalseAcceptRate, points[^1].Threshold);
    }
}
