using System.Text.Json;

namespace WeightSharing.Tests.Golden;

/// <summary>Numbers of a JSON case: read, and compared with what the library computes.</summary>
internal sealed class JsonNumbers
{
    private readonly List<string> differences = [];

    public static double[] Vector(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];

    public static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];

    public static double[][] Matrix(JsonElement rows) => [.. rows.EnumerateArray().Select(Vector)];

    /// <summary>All numbers of an array of arrays of any depth, in order.</summary>
    public static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)]
        : [element.GetDouble()];

    /// <summary>Relative 1e-10.</summary>
    public void LogLikelihood(string what, JsonElement expected, double actual) => Number(what, expected, actual, 1e-10 * Math.Max(1, Math.Abs(expected.GetDouble())));

    public void Number(string what, JsonElement expected, double actual, double tolerance) => Numbers(what, [expected.GetDouble()], [actual], tolerance);

    public void Numbers(string what, JsonElement expected, double[] actual, double tolerance) => Numbers(what, Flat(expected), actual, tolerance);

    public void Numbers(string what, double[] expected, double[] actual, double tolerance)
    {
        if (expected.Length != actual.Length)
        {
            differences.Add($"{what}: {actual.Length} numbers, expected {expected.Length}");
            return;
        }

        for (int i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(expected[i] - actual[i]) <= tolerance) continue;
            differences.Add($"{what} [{i}]: {actual[i]:R}, expected {expected[i]:R}");
            return;
        }
    }

    public void Integers(string what, JsonElement expected, IReadOnlyList<int> actual)
    {
        if (!Integers(expected).SequenceEqual(actual)) differences.Add($"{what}: {string.Join(' ', actual)}");
    }

    public void Text(string what, string expected, string actual)
    {
        if (expected != actual) differences.Add($"{what}: {actual}, expected {expected}");
    }

    public void Done()
    {
        if (differences.Count > 0) Assert.Fail(string.Join("\n", differences));
    }
}
