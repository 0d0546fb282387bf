using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

/// <summary>Runs that end with the test.</summary>
internal static class TrainerRuns
{
    public static TrainingHistory Run<TTarget>(
        this Trainer<double, double, TTarget> trainer, IDataSource<double, TTarget> source, long epochs, IDataSource<double, TTarget>? validation = null,
        IProgress<TrainingProgress>? progress = null)
        where TTarget : unmanaged =>
        trainer.Fit(source, epochs, validation, progress, TestContext.Current.CancellationToken);

    public static EvaluationReport Measure<TTarget>(this Trainer<double, double, TTarget> trainer, IDataSource<double, TTarget> source)
        where TTarget : unmanaged =>
        trainer.Evaluate(source, TestContext.Current.CancellationToken);
}
