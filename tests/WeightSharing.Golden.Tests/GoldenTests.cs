using System.Numerics;
using WeightSharing.Checkpoints;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>
/// The cases of tests/golden and tests/golden/edge through the public API, in double and in float. GOLDEN_DIR selects another folder of the same form,
/// GOLDEN_OPS a comma-separated subset of the operations.
/// </summary>
public sealed class GoldenTests
{
    private const double DoubleTolerance = 1e-10, FloatTolerance = 1e-5, SharingTolerance = 1e-12;

    public static IEnumerable<TheoryDataRow<string, string, string, string>> Cases =>
        from one in GoldenFolder.Selected
        where !MarkovGoldenTests.Operations.Contains(one.Operation)
        // A case that nothing serves for gets a row too, in which it fails.
        from way in GoldenOperation.All.Where(op => op.Name == one.Operation && op.Handles(one)).Select(op => op.Way).DefaultIfEmpty("")
        from precision in new[] { "double", "float" }
        select new TheoryDataRow<string, string, string, string>(one.Operation, one.Name, precision, way);

    [Theory(DisplayName = "golden", SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void A_case_agrees(string op, string name, string precision, string way)
    {
        GoldenCase one = GoldenFolder.Selected.Single(one => one.Name == name);
        GoldenOperation operation = GoldenOperation.All.FirstOrDefault(known => known.Name == op && known.Way == way && known.Handles(one))
            ?? throw new InvalidOperationException($"{name}: the library cannot express the operation {op}.");
        // An adaptive solver of a continuous problem is held to what its tolerances promise, not to rounding.
        List<string> differences = precision == "double"
            ? Run<double>(one, operation, Math.Max(DoubleTolerance, one.StatedTolerance))
            : Run<float>(one, operation, Math.Max(FloatTolerance, 20 * one.FloatError));
        if (differences.Count > 0) Assert.Fail($"{name} ({op}, {precision}):\n  {string.Join("\n  ", differences)}");
    }

    [Fact]
    public void Every_operation_that_is_built_has_cases() =>
        Assert.All(GoldenOperation.All, op => Assert.Contains(op.Name, GoldenFolder.Own.Select(one => one.Operation)));

    private static List<string> Run<T>(GoldenCase one, GoldenOperation operation, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<string> differences = [];
        var operands = new Operands<T>(one);
        var hp = new Hyperparameters(one.File.Metadata);
        using UsageLedgerScope tracking = UsageLedger.TrackContributions();
        Outputs<T> outputs = operation.Run(operands, hp);
        differences.AddRange(hp.Unread.Select(unread => $"hp.{unread} is not honoured"));
        Backward(one, outputs);

        HashSet<string> expected = [.. one.Of("output.", ".f64").Select(output => output.Name)];
        if (!expected.SetEquals(outputs.Keys))
        {
            differences.Add($"outputs {string.Join(", ", outputs.Keys)}; expected {string.Join(", ", expected)}");
        }

        foreach ((string name, StoredTensor tensor) in one.Of("output.", ".f64"))
        {
            if (outputs.TryGetValue(name, out Tensor<T>? output)) Note(Comparison.Difference($"output.{name}", output, tensor, tolerance));
        }

        foreach (string group in new[] { "grad_input.", "grad_param." })
        {
            foreach ((string name, StoredTensor tensor) in one.Of(group, ".f64"))
            {
                // Ten times a tolerance that the case states, as the golden README has it.
                Note(Comparison.Difference(group + name, operands.Gradient(name), tensor, Math.Max(tolerance, 10 * one.StatedTolerance)));
                CheckUsages(name);
            }
        }

        return differences;

        void Note(string? difference)
        {
            if (difference is not null) differences.Add(difference);
        }

        // The parts agree with the golden ones, and add up to what the parameter holds.
        void CheckUsages(string name)
        {
            (string Name, StoredTensor Tensor)[] parts = [.. one.Of($"grad_usage.{name}.", ".f64")];
            IReadOnlyList<Tensor<T>> usages = operands.UsageGradients(name);
            if (parts.Length > 0 && usages.Count != parts.Length)
            {
                differences.Add($"{name} has {usages.Count} usages; expected {parts.Length}");
            }

            foreach ((string index, StoredTensor tensor) in parts)
            {
                int i = int.Parse(index, System.Globalization.CultureInfo.InvariantCulture);
                if (i < usages.Count) Note(Comparison.Difference($"grad_usage.{name}.{i}", usages[i], tensor, tolerance));
            }

            if (usages.Count == 0 || typeof(T) != typeof(double)) return;
            double[] sum = [.. usages.Aggregate((a, b) => a + b).ToArray().Select(double.CreateChecked)];
            Note(Comparison.Difference($"sum of the usages of {name}", operands.Gradient(name), sum, SharingTolerance));
        }
    }

    /// <summary>Back-propagates Σ grad_output·output over all outputs that have one.</summary>
    private static void Backward<T>(GoldenCase one, Outputs<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>? loss = null;
        foreach ((string name, StoredTensor upstream) in one.Of("grad_output."))
        {
            Tensor<T> term = (outputs[name] * Operands<T>.Read(upstream)).Sum();
            loss = loss is null ? term : loss + term;
        }

        loss?.Backward();
    }
}
