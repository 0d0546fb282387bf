using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Hessians;

/// <summary>
/// What sharing does to curvature, H_θ = SᵀH_wS, and what that means for training: which learning rates reach a loss, in how many steps, with how
/// much spread.
/// </summary>
internal sealed class HessianExperiment : Experiment
{
    /// <summary>The loss that a learning rate has to reach to count as one that trains.</summary>
    public const double Target = 0.5;

    /// <inheritdoc/>
    public override string Name => "hessian";

    /// <inheritdoc/>
    public override string Summary =>
        "What sharing does to curvature: eigenvalues along and across the tied weights, and the learning rates that train.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("max|SᵀH_wS − H_θ| / (1 + max|H_θ|) at trained weights, in double precision", ["identity_error"]),
        new("Highest over lowest learning rate of gradient descent that brings the training loss to 0.5 from every first weights",
            ["lr_range.conv", "lr_range.local"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        (int maps, int perClass, int training, int cells) = context.Quick ? (2, 4, 60, 9) : (4, 20, 400, 31);
        (int seeds, int steps, int perDecade) = context.Quick ? (2, 120, 3) : (5, 300, 8);
        DigitImages digits = DigitImages.Load(context.Data);
        var problem = new CurvatureNetwork(new DigitTrial(digits, context.Seed, 0), maps, perClass);
        var study = new CurvatureStudy(problem, training, cells, context.Cancellation);
        long[] starts = [.. Enumerable.Range(0, seeds).Select(slot => (long)RandomKey.Of(context.Seed).Fork("first weights").Fork(slot).Value)];
        double[] rates = [.. Enumerable.Range(0, 4 * perDecade + 1).Select(i => Math.Pow(10, -2 + (double)i / perDecade))];
        var conv = new Descent[rates.Length, seeds];
        var local = new Descent[rates.Length, seeds];
        var jobs = new List<Job>
        {
            new("curvature", 1e6, () => study.StudyShared(starts[0])),
            new("curvature", 1e6, () => study.StudyUnshared(starts[0])),
        };
        for (int at = 0; at < rates.Length; at++)
        {
            for (int seed = 0; seed < seeds; seed++)
            {
                (int row, int slot) = (at, seed);
                jobs.Add(new Job("learning rates", 1, () =>
                {
                    conv[row, slot] = Descent.Run(problem.Create(shared: true, starts[slot]), problem, rates[row], steps, context.Cancellation);
                    local[row, slot] = Descent.Run(problem.Create(shared: false, starts[slot]), problem, rates[row], steps, context.Cancellation);
                }));
            }
        }

        context.RunAll(jobs);
        RateStudy[] nets = [new("conv", "convolution", rates, conv, Target), new("local", "locally connected", rates, local, Target)];
        var metrics = new MetricSet(this) { ["identity_error"] = study.IdentityError };
        foreach (RateStudy net in nets) metrics[$"lr_range.{net.Key}"] = net.Range.Ratio;
        var page = new HessianPage(problem, study, nets, seeds, steps);
        return new ExperimentResult(metrics, [page.Curvature, page.Training], [.. page.Blocks()], [DigitImages.Credit]);
    }
}
