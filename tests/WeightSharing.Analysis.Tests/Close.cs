namespace WeightSharing.Tests.Analysis;

/// <summary>Comparisons of sequences of numbers.</summary>
internal static class Close
{
    public static void All(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = 1 + expected.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale, $"entry {i}: expected {expected[i]}, got {actual[i]}, scale {scale}");
        }
    }
}
