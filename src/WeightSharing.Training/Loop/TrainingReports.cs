namespace WeightSharing.Training;

/// <summary>Where training stands after an optimizer step.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Number of epochs in all.</param>
/// <param name="Batch">Batches of the epoch that are done.</param>
/// <param name="BatchCount">Batches of an epoch.</param>
/// <param name="Step">Optimizer steps made in all.</param>
/// <param name="Loss">The step's loss, without penalties.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="GradientNorm">‖g‖ before clipping, where clipping by norm asked for it.</param>
public readonly record struct TrainingProgress(
    long Epoch, long Epochs, int Batch, int BatchCount, long Step, double Loss, double LearningRate, double? GradientNorm);

/// <summary>How a model did on some examples.</summary>
/// <param name="Loss">Mean loss an example.</param>
/// <param name="Examples">Number of examples.</param>
/// <param name="Confusion">Which classes were taken for which; null when the targets are no classes.</param>
public sealed record EvaluationReport(double Loss, long Examples, ConfusionMatrix? Confusion)
{
    /// <summary>Share of right classes; null when the targets are no classes.</summary>
    public double? Accuracy => Confusion?.Accuracy;
}

/// <summary>One epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Training">As seen while training, each batch before its step.</param>
/// <param name="Validation">After the epoch, in evaluation mode; null without a validation source.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="Elapsed">Time of the epoch's part in this run, validation included.</param>
public sealed record EpochReport(long Epoch, EvaluationReport Training, EvaluationReport? Validation, double LearningRate, TimeSpan Elapsed);

/// <summary>A run of training.</summary>
/// <param name="Epochs">The epochs that ended in this run.</param>
/// <param name="StoppedEarly">True when <see cref="EarlyStopping"/> ended it.</param>
public sealed record TrainingHistory(IReadOnlyList<EpochReport> Epochs, bool StoppedEarly);
