using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace WeightSharing.Analysis;

/// <summary>A measure against the number of training examples, with bands of confidence for its mean (Student's t over repeats), and the power law through it.</summary>
public sealed class LearningCurve
{
    private readonly (double Examples, double[] Values)[] points;

    /// <summary>A curve from repeats.</summary>
    /// <param name="points">Number of examples, and the measure of each repeat.</param>
    /// <param name="confidence">Of the bands, between 0 and 1.</param>
    /// <exception cref="ArgumentException">No points, a point without repeats, or numbers of examples that do not ascend.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is not between 0 and 1.</exception>
    public LearningCurve(IEnumerable<(double Examples, double[] Values)> points, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(points);
        this.points = [.. points];
        if (!(confidence is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), $"LearningCurve: confidence {confidence}; expected between 0 and 1.");
        if (this.points.Length == 0) throw new ArgumentException("LearningCurve: no points; expected at least one.", nameof(points));
        for (int i = 0; i < this.points.Length; i++)
        {
            if (this.points[i].Values.Length == 0 || i > 0 && this.points[i].Examples <= this.points[i - 1].Examples)
            {
                throw new ArgumentException($"LearningCurve: point {i} at {this.points[i].Examples} examples with {this.points[i].Values.Length} repeats; examples must ascend, and every point needs a repeat.", nameof(points));
            }
        }

        Confidence = confidence;
    }

    /// <summary>Of the bands.</summary>
    public double Confidence { get; }

    /// <summary>Examples, mean, and the ends of the band; a single repeat has a band of no width.</summary>
    public IReadOnlyList<(double Examples, double Mean, double Low, double High)> Bands => [.. points.Select(point =>
    {
        double mean = point.Values.Mean();
        double half = point.Values.Length < 2 ? 0
            : StudentT.InvCDF(0, 1, point.Values.Length - 1, (1 + Confidence) / 2) * point.Values.StandardDeviation() / Math.Sqrt(point.Values.Length);
        return (point.Examples, mean, mean - half, mean + half);
    })];

    /// <summary>Where the mean first reaches a level, between points by straight lines over the logarithm of the examples; null when it never does.</summary>
    /// <param name="level">The level, reached from below.</param>
    public double? ExamplesTo(double level)
    {
        (double Examples, double Mean, double, double)[] means = [.. Bands];
        for (int i = 0; i < means.Length; i++)
        {
            if (means[i].Mean < level) continue;
            if (i == 0) return means[0].Examples;
            double share = (level - means[i - 1].Mean) / (means[i].Mean - means[i - 1].Mean);
            return Math.Exp(Math.Log(means[i - 1].Examples) + share * Math.Log(means[i].Examples / means[i - 1].Examples));
        }

        return null;
    }

    /// <summary>The slope of log y against log x, by least squares: the exponent of a power law.</summary>
    /// <exception cref="ArgumentException">Fewer than two points, or a number that is not positive.</exception>
    public static double LogLogSlope(IReadOnlyList<double> xs, IReadOnlyList<double> ys)
    {
        ArgumentNullException.ThrowIfNull(xs);
        ArgumentNullException.ThrowIfNull(ys);
        if (xs.Count != ys.Count || xs.Count < 2 || xs.Concat(ys).Any(value => !(value > 0)))
        {
            throw new ArgumentException($"LearningCurve.LogLogSlope: {xs.Count} and {ys.Count} numbers; expected as many of both, at least 2, all positive.");
        }

        return Fit.Line([.. xs.Select(x => Math.Log(x))], [.. ys.Select(y => Math.Log(y))]).B;
    }
}
