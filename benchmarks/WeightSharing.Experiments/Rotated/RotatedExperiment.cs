using WeightSharing.Experiments.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Rotated;

/// <summary>
/// Digits at every angle: a plain convolutional network, the same learning from pictures turned anew in every pass, and networks of about as many weights whose
/// filters are shared over quarter turns (p4) or quarter turns and mirrors (p4m).
/// </summary>
internal sealed class RotatedExperiment : Experiment
{
    private const int Repeats = 3;

    /// <inheritdoc/>
    public override string Name => "rotated";

    /// <inheritdoc/>
    public override string Summary => "What sharing filters over turns buys on digits at every angle: a plain network against p4 and p4m of the same size.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Fraction of turned test digits taken for another, mean over repeats", [.. FilterSharing.All.Select(sharing => $"error.{sharing.Key}")]),
        new("Free parameters", [.. FilterSharing.All.Select(sharing => $"parameters.{sharing.Key}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        int repeats = context.Quick ? 1 : Repeats;
        RandomKey[] keys = [.. Enumerable.Range(0, repeats).Select(repeat => RandomKey.Of(context.Seed).Fork(repeat))];
        RotatedDigits[] digits = [.. keys.Select(key => RotatedDigits.Load(context.Data, key, context.Quick))];
        RotatedRecipe recipe = RecipeFor(digits[0], context.Quick);
        Dictionary<FilterSharing, RotatedOutcome[]> outcomes = FilterSharing.All.ToDictionary(sharing => sharing, _ => new RotatedOutcome[repeats]);
        var jobs = new List<Job>();
        foreach (FilterSharing sharing in FilterSharing.All)
        {
            for (int repeat = 0; repeat < repeats; repeat++)
            {
                int slot = repeat;
                jobs.Add(new Job("networks", sharing.RelativeCost, () =>
                    outcomes[sharing][slot] = RotatedTrial.Run(sharing, digits[slot], recipe, keys[slot].Fork(sharing.Key), context.Cancellation)));
            }
        }

        context.RunAll(jobs);
        var metrics = new MetricSet(this);
        foreach (FilterSharing sharing in FilterSharing.All)
        {
            metrics[$"error.{sharing.Key}"] = outcomes[sharing].Average(outcome => outcome.Error);
            metrics[$"parameters.{sharing.Key}"] = outcomes[sharing][0].Network.Parameters.FreeCount;
        }

        return new RotatedPage(digits[0], recipe, outcomes, metrics).Result();
    }

    // As many passes as let two processors end in time; every network has as many.
    private static RotatedRecipe RecipeFor(RotatedDigits digits, bool quick) =>
        quick ? new RotatedRecipe(1, 20, 0.01) : digits.IsMnist ? new RotatedRecipe(10, 128, 0.005) : new RotatedRecipe(40, 50, 0.005);
}
