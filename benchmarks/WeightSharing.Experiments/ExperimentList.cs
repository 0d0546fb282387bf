using WeightSharing.Experiments.Adding;
using WeightSharing.Experiments.Characters;
using WeightSharing.Experiments.Citations;
using WeightSharing.Experiments.Depths;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Hessians;
using WeightSharing.Experiments.LeCun1989;
using WeightSharing.Experiments.Markov;
using WeightSharing.Experiments.Mirror;
using WeightSharing.Experiments.Odes;
using WeightSharing.Experiments.Rotated;
using WeightSharing.Experiments.Samples;
using WeightSharing.Experiments.Segmentation;
using WeightSharing.Experiments.Soft;
using WeightSharing.Experiments.Toeplitz;
using WeightSharing.Experiments.Usages;
using WeightSharing.Experiments.Variances;
using WeightSharing.Experiments.Verification;

namespace WeightSharing.Experiments;

/// <summary>All experiments, in the order in which they are listed. A new one is registered here and nowhere else.</summary>
internal static class ExperimentList
{
    /// <summary>The one that runs when none is named.</summary>
    public static Experiment Default { get; } = new DigitsExperiment();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        Default,
        new DigitsTuningExperiment(),
        new VarianceExperiment(),
        new SamplesExperiment(),
        new HessianExperiment(),
        new LeCun1989Experiment(),
        new VerificationExperiment(),
        new CoraExperiment(),
        new AddingExperiment(),
        new CharactersExperiment(),
        new RotatedExperiment(),
        new MirrorExperiment(),
        new UNetExperiment(),
        new DepthExperiment(),
        new OdeExperiment(),
        new SoftExperiment(),
        new ToeplitzExperiment(),
        new UsagesExperiment(),
        new HmmExperiment(),
        new AlignExperiment(),
    ];
}
