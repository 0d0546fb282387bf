using WeightSharing.Analysis;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Samples;

/// <summary>
/// How many examples one network needs for one number of patches: twice as many again and again, until the mean accuracy of the repeats is reached.
/// </summary>
internal sealed class SampleSearch
{
    /// <summary>The accuracy to reach.</summary>
    public const double Target = 0.9;

    private const int Fewest = 2;

    private SampleSearch(PatchConnectivity net, int patches, LearningCurve curve, IReadOnlyList<PatchOutcome[]> outcomes, int most)
    {
        (Net, Patches, Curve, Outcomes) = (net, patches, curve, outcomes);
        Reached = curve.ExamplesTo(Target) is not null;
        Needed = curve.ExamplesTo(Target) ?? most;
    }

    /// <summary>The network.</summary>
    public PatchConnectivity Net { get; }

    /// <summary>k.</summary>
    public int Patches { get; }

    /// <summary>Accuracy against the number of examples.</summary>
    public LearningCurve Curve { get; }

    /// <summary>Every repeat at every number of examples.</summary>
    public IReadOnlyList<PatchOutcome[]> Outcomes { get; }

    /// <summary>Whether the accuracy was reached; if not, <see cref="Needed"/> is a lower bound.</summary>
    public bool Reached { get; }

    /// <summary>Examples to the accuracy, interpolated over the logarithm; the most that were tried where it was not reached.</summary>
    public double Needed { get; }

    /// <summary>Searches.</summary>
    public static SampleSearch Run(PatchConnectivity net, int patches, int repeats, int most, PatchBudget budget, RandomKey key,
        CancellationToken cancellation)
    {
        var points = new List<(double Examples, double[] Accuracies)>();
        var outcomes = new List<PatchOutcome[]>();
        for (int examples = Fewest; examples <= most; examples *= 2)
        {
            // All networks see the same examples, more of which begin with fewer.
            PatchOutcome[] repeated = [.. Enumerable.Range(0, repeats).Select(repeat =>
            {
                RandomKey own = key.Fork(repeat);
                return PatchTrial.Run(net, new PatchTask(patches, own), examples, budget, own, cancellation);
            })];
            outcomes.Add(repeated);
            points.Add((examples, [.. repeated.Select(outcome => outcome.Accuracy)]));
            if (repeated.Average(outcome => outcome.Accuracy) >= Target) break;
        }

        return new SampleSearch(net, patches, new LearningCurve(points), outcomes, most);
    }
}
