using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments;

/// <summary>One question about sharing, answered by measuring: a name for the command line, the metrics it will report, and the run.</summary>
internal abstract class Experiment
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>All metrics that a run reports, no more and no fewer.</summary>
    public abstract IReadOnlyList<MetricGroup> Metrics { get; }

    /// <summary>Runs the experiment. The same seed gives the same metrics, whatever the number of threads.</summary>
    /// <exception cref="ExperimentException">The experiment cannot be run or a metric is not finite.</exception>
    public abstract ExperimentResult Run(ExperimentContext context);
}

/// <summary>Metrics that are told about together.</summary>
/// <param name="Description">What they measure, in which unit.</param>
/// <param name="Keys">Their names in the JSON file.</param>
internal sealed record MetricGroup(string Description, IReadOnlyList<string> Keys);

/// <summary>What a run found.</summary>
/// <param name="Metrics">Numbers by name.</param>
/// <param name="Tables">Tables for the terminal.</param>
/// <param name="Page">The report page, from top to bottom.</param>
/// <param name="Credits">Whose data it stands on.</param>
internal sealed record ExperimentResult(MetricSet Metrics, IReadOnlyList<ReportTable> Tables, IReadOnlyList<ReportBlock> Page, IReadOnlyList<string> Credits);
