using System.Diagnostics;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// The training loop: epochs of steps, each in a <see cref="TensorScope"/> of its own, with evaluation, clipping, schedules, accumulation, penalties and
/// early stopping. See <see cref="Trainer"/> for the usual ways to make one.
/// </summary>
/// <typeparam name="T">Element type of the model.</typeparam>
/// <typeparam name="TInput">Element type of the inputs.</typeparam>
/// <typeparam name="TTarget">Element type of the targets.</typeparam>
/// <remarks>
/// A run is a function of the model's seed and the source's alone. <see cref="Save"/> writes all there is to remember into one file, from which
/// <see cref="Resume"/> goes on: the run then ends bitwise where an unbroken one ends.
/// </remarks>
public sealed partial class Trainer<T, TInput, TTarget>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TInput : unmanaged
    where TTarget : unmanaged
{
    private readonly Func<Tensor<TInput>, Tensor<T>> predict;
    private readonly Func<Tensor<T>, Tensor<TTarget>, Tensor<T>> loss;
    private Tally tally = new();
    private SourcePlace? place;

    /// <summary>A trainer of any module by any loss.</summary>
    /// <param name="model">The module whose mode is switched and whose values are kept.</param>
    /// <param name="optimizer">Changes the parameters.</param>
    /// <param name="predict">The model's output [N, ..] for a batch of inputs.</param>
    /// <param name="loss">A scalar, the mean over the batch, of output and target.</param>
    public Trainer(
        Module<T> model, Optimizer<T> optimizer, Func<Tensor<TInput>, Tensor<T>> predict, Func<Tensor<T>, Tensor<TTarget>, Tensor<T>> loss)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(predict);
        ArgumentNullException.ThrowIfNull(loss);
        (Model, Optimizer, this.predict, this.loss) = (model, optimizer, predict, loss);
        BaseLearningRate = optimizer.LearningRate;
    }

    /// <summary>The module that learns.</summary>
    public Module<T> Model { get; }

    /// <summary>What changes its parameters.</summary>
    public Optimizer<T> Optimizer { get; }

    /// <summary>The learning rate that <see cref="Schedule"/> multiplies: the optimizer's when the trainer was made.</summary>
    public double BaseLearningRate { get; private set; }

    /// <summary>A factor on the learning rate by the number of optimizer steps; null leaves the optimizer's rate alone.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Ends training when the validation loss (the training loss without validation) stops falling.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Scales gradients whose norm over all parameters is larger; null for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite number above 0.</exception>
    public double? MaximumGradientNorm
    {
        get;
        init => field = value is { } norm ? Hyperparameter.Positive(norm, "Trainer", "maximum gradient norm") : null;
    }

    /// <summary>Limits each element of the gradients; null for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite number above 0.</exception>
    public double? MaximumGradientValue
    {
        get;
        init => field = value is { } bound ? Hyperparameter.Positive(bound, "Trainer", "maximum gradient value") : null;
    }

    /// <summary>Batches whose gradients are gathered for one step: the step is that of one batch of all their examples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int AccumulatedBatches { get; init => field = Hyperparameter.AtLeast(value, 1, "Trainer", "number of accumulated batches"); } = 1;

    /// <summary>Terms added to the loss once a step; see <see cref="Penalty"/>. They are not part of the reported loss.</summary>
    public IReadOnlyList<Func<Tensor<T>>> Penalties { get; init; } = [];

    /// <summary>
    /// How the uses of a shared parameter make up its gradient; null is their sum. With a rule, contributions are tracked, which costs time and memory for every use.
    /// </summary>
    public UsageRule<T>? UsageRule { get; init; }

    /// <summary>Counts the classes of a batch into a matrix (null at first); null when the targets are no classes.</summary>
    public Func<ConfusionMatrix?, Tensor<T>, Tensor<TTarget>, ConfusionMatrix>? CountClasses { get; init; }

    /// <summary>Called after each step, when the trainer's state is complete: the place for a checkpoint.</summary>
    public Action<TrainingProgress>? AfterStep { get; set; }

    /// <summary>Called after each epoch, when the trainer's state is complete.</summary>
    public Action<EpochReport>? AfterEpoch { get; set; }

    /// <summary>Epochs that are done.</summary>
    public long Epoch { get; private set; }

    /// <summary>Batches of the epoch under way that are done.</summary>
    public int Batch { get; private set; }

    /// <summary>Optimizer steps that are done.</summary>
    public long Step { get; private set; }

    /// <summary>Trains from where the trainer stands until <paramref name="epochs"/> epochs are done in all.</summary>
    /// <param name="source">What to learn from.</param>
    /// <param name="epochs">The number of epochs in all: those before a <see cref="Restore"/> or an earlier call included.</param>
    /// <param name="validation">Evaluated after each epoch.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellationToken">Looked at before each step, so that a run ends between steps and can be taken up again.</param>
    /// <exception cref="ArgumentException">A source has no batches.</exception>
    /// <exception cref="ArithmeticException">
    /// The loss or a clipped gradient is not finite; the message has epoch, batch and step.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrainingHistory Fit(
        IDataSource<TInput, TTarget> source, long epochs, IDataSource<TInput, TTarget>? validation = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireBatches(source, "Trainer.Fit: the training source");
        if (validation is not null) RequireBatches(validation, "Trainer.Fit: the validation source");
        Hyperparameter.AtLeast(epochs, 0, "Trainer.Fit", "number of epochs");
        place = Continued(source);
        if (!Model.IsTraining) Model.Train();
        var reports = new List<EpochReport>();
        while (Epoch < epochs && EarlyStopping is not { ShouldStop: true })
        {
            long start = Stopwatch.GetTimestamp();
            while (Batch < source.BatchCount)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TrainingProgress done = RunStep(source, epochs);
                AfterStep?.Invoke(done);
                progress?.Report(done);
            }

            EvaluationReport training = tally.Report();
            EvaluationReport? measured = validation is null ? null : Evaluate(validation, cancellationToken);
            Epoch++;
            Batch = 0;
            tally = new Tally();
            Watch((measured ?? training).Loss);
            var report = new EpochReport(Epoch, training, measured, Optimizer.LearningRate, Stopwatch.GetElapsedTime(start));
            reports.Add(report);
            AfterEpoch?.Invoke(report);
        }

        if (EarlyStopping is { RestoreBest: true }) ReturnToBest();
        return new TrainingHistory(reports, EarlyStopping is { ShouldStop: true });
    }

    /// <summary>
    /// Loss and classes over all examples of a source, in evaluation mode and without recording; every module's mode is as before
    /// afterwards.
    /// </summary>
    /// <exception cref="ArgumentException">The source has no batches.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationReport Evaluate(IDataSource<TInput, TTarget> source, CancellationToken cancellationToken = default)
    {
        RequireBatches(source, "Trainer.Evaluate: the source");
        (Module<T> Module, bool IsTraining)[] modes = [.. Model.NamedModules().Select(pair => (pair.Module, pair.Module.IsTraining))];
        Model.Evaluate();
        try
        {
            using NoGrad recording = NoGrad.Begin();
            var total = new Tally();
            for (int i = 0; i < source.BatchCount; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = TensorScope.Begin();
                Batch<TInput, TTarget> batch = source.Read(0, i);
                Tensor<T> output = predict(batch.Inputs);
                total.Add(Scalar(loss(output, batch.Targets)), batch.Count);
                if (CountClasses is not null) total.Confusion = CountClasses(total.Confusion, output, batch.Targets);
            }

            return total.Report();
        }
        finally
        {
            // Parents first: what a parent sets below itself is set right again by the children.
            foreach ((Module<T> module, bool isTraining) in modes)
            {
                if (isTraining) module.Train();
                else module.Evaluate();
            }
        }
    }

    private static void RequireBatches(IDataSource<TInput, TTarget> source, string which)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Count <= 0 || source.BatchCount <= 0)
        {
            throw new ArgumentException($"{which} has {source.Count} examples in {source.BatchCount} batches; it needs at least one batch.", nameof(source));
        }
    }

    private static double Scalar(Tensor<T> value) => value.Count == 1
        ? double.CreateTruncating(value.Item())
        : throw new ArgumentException($"Trainer: the loss has shape {value.Shape}; expected a scalar, such as the mean over the batch.");

    private TrainingProgress RunStep(IDataSource<TInput, TTarget> source, long epochs)
    {
        using var scope = TensorScope.Begin();
        int count = Math.Min(AccumulatedBatches, source.BatchCount - Batch);
        if (Schedule is not null) Optimizer.LearningRate = BaseLearningRate * Schedule.Factor(Step);
        using UsageLedgerScope? tracking = UsageRule is null ? null : UsageLedger.TrackContributions();
        Optimizer.ZeroGradient();
        var batches = new Batch<TInput, TTarget>[count];
        for (int i = 0; i < count; i++) batches[i] = source.Read(Epoch, Batch + i);
        long examples = batches.Sum(batch => (long)batch.Count);

        // Nothing of this step counts before the step is complete: a failed one leaves the trainer where it was.
        var part = new Tally { Confusion = null };
        foreach (Batch<TInput, TTarget> batch in batches)
        {
            using TensorScope? own = count > 1 ? TensorScope.Begin() : null;
            Tensor<T> output = predict(batch.Inputs), value = loss(output, batch.Targets);
            part.Add(Finite(Scalar(value), "the loss"), batch.Count);
            if (CountClasses is not null) part.Confusion = CountClasses(part.Confusion, output, batch.Targets);
            (count == 1 ? value : value * T.CreateChecked((double)batch.Count / examples)).Backward();
        }

        foreach (Func<Tensor<T>> penalty in Penalties)
        {
            Tensor<T> value = penalty();
            Finite(Scalar(value), "a penalty");
            if (value.RequiresGradient) value.Backward();
        }

        UsageRule?.Apply(Optimizer.Parameters, Step);
        double? norm = Clip();
        Optimizer.Step();
        tally.Add(part);
        Batch += count;
        Step++;
        return new TrainingProgress(Epoch + 1, epochs, Batch, source.BatchCount, Step, part.Report().Loss, Optimizer.LearningRate, norm);
    }

    private double? Clip()
    {
        if (MaximumGradientValue is { } bound) Optimizer.Parameters.ClipGradientValue(bound);
        if (MaximumGradientNorm is not { } maximum) return null;
        try
        {
            return Optimizer.Parameters.ClipGradientNorm(maximum);
        }
        catch (ArithmeticException exception)
        {
            throw new ArithmeticException($"Trainer: {Place}: {exception.Message}", exception);
        }
    }

    private string Place => $"epoch {Epoch + 1}, batch {Batch + 1} (step {Step + 1} in all)";

    private double Finite(double value, string what) => double.IsFinite(value)
        ? value
        : throw new ArithmeticException(
            $"Trainer: {Place}: {what} is {value}; lower the learning rate, clip gradients, or look for NaN in inputs and targets. The parameters are those before the step.");

    // Sums over examples, so that a partial batch weighs what it has.
    private sealed class Tally
    {
        public double LossSum;
        public long Examples;
        public ConfusionMatrix? Confusion;

        public void Add(double meanLoss, int examples)
        {
            LossSum += meanLoss * examples;
            Examples += examples;
        }

        public void Add(Tally other)
        {
            LossSum += other.LossSum;
            Examples += other.Examples;
            if (other.Confusion is null) return;
            if (Confusion is null) Confusion = other.Confusion;
            else Confusion.Add(other.Confusion);
        }

        public EvaluationReport Report() => new(LossSum / Examples, Examples, Confusion);
    }
}
