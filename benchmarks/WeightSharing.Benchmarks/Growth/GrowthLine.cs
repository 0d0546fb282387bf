namespace WeightSharing.Benchmarks.Growth;

/// <summary>The measured times of one axis.</summary>
/// <param name="Axis">What was measured.</param>
/// <param name="Nanoseconds">Of one training step, for each extent.</param>
internal sealed record GrowthLine(GrowthAxis Axis, double[] Nanoseconds)
{
    /// <summary>The fitted exponent of the time.</summary>
    public double Exponent() => Slope(0, Nanoseconds);

    /// <summary>The same for the larger half of the extents.</summary>
    public double UpperExponent() => Slope(Nanoseconds.Length > 3 ? Nanoseconds.Length / 2 : 0, Nanoseconds);

    /// <summary>The exponent of the multiply-adds.</summary>
    public double WorkExponent() => Slope(0, [.. Axis.Sizes.Select(Axis.Work)]);

    private double Slope(int first, double[] values)
    {
        double[] x = [.. Axis.Sizes.Skip(first).Select(size => Math.Log(size))], y = [.. values.Skip(first).Select(value => Math.Log(value))];
        double meanX = x.Average(), meanY = y.Average();
        return x.Zip(y).Sum(point => (point.First - meanX) * (point.Second - meanY)) / x.Sum(value => (value - meanX) * (value - meanX));
    }
}
