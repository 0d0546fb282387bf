using System.Globalization;

namespace WeightSharing.Experiments.Reporting;

/// <summary>Numbers as they stand in tables, the same in every culture.</summary>
internal static class Numbers
{
    /// <summary>An accuracy: 0.934.</summary>
    public static string Fraction(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>A count with thousands separated: 12,345.</summary>
    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A small or large number: 3.1e-06.</summary>
    public static string Scientific(double value) => value.ToString("0.0e-00", CultureInfo.InvariantCulture);

    /// <summary>Mean and deviation: 0.93 ± 0.01.</summary>
    public static string WithDeviation(Sample sample) => string.Create(CultureInfo.InvariantCulture, $"{sample.Mean:0.00} ± {sample.Deviation:0.00}");
}

/// <summary>Repeated measurements of one quantity.</summary>
/// <param name="Values">The measurements.</param>
internal sealed record Sample(IReadOnlyList<double> Values)
{
    /// <summary>Their mean.</summary>
    public double Mean => Values.Average();

    /// <summary>Their standard deviation (n − 1 in the denominator); 0 for a single one.</summary>
    public double Deviation => Values.Count < 2 ? 0 : Math.Sqrt(Values.Sum(value => (value - Mean) * (value - Mean)) / (Values.Count - 1));
}
