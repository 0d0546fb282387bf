using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class TrainerTests
{
    [Fact]
    public void A_classifier_learns_blobs_and_counts_classes()
    {
        TensorDataSource<double, int> train = Blobs(90, seed: 1), test = Blobs(60, seed: 2);
        Trainer<double, double, int> trainer = Classifier();
        TrainingHistory history = trainer.Run(train, epochs: 10, validation: test);
        Assert.Equal(10, history.Epochs.Count);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), history.Epochs.Select(epoch => epoch.Epoch));
        Assert.True(history.Epochs[^1].Training.Loss < 0.5 * history.Epochs[0].Training.Loss);
        EvaluationReport last = history.Epochs[^1].Validation!;
        Assert.True(last.Accuracy > 0.95, last.Confusion!.ToString());
        Assert.Equal(60, last.Confusion!.Total);
        Assert.Equal((90L, 60L), (history.Epochs[0].Training.Examples, last.Examples));
        Assert.Equal(last.Loss, trainer.Measure(test).Loss);
    }

    [Fact]
    public void Any_layer_and_loss_can_be_trained()
    {
        var model = new Linear(2, 1);
        model.Initialize(seed: 1);
        Tensor<double> x = Tensor.Normal<double>([64, 2], RandomKey.Of(1)), y = (x[.., ..1] * 2.0 - x[.., 1..] * 3.0).Detach();
        var trainer = Trainer.Of<double, double>(model, new Adam<double>(model.Parameters, 0.1), (prediction, target) => Loss.MeanSquaredError(prediction, target));
        TrainingHistory history = trainer.Run(new TensorDataSource<double, double>(x, y, 16, seed: 1), epochs: 60);
        Assert.Null(history.Epochs[0].Validation);
        Assert.Null(history.Epochs[0].Training.Accuracy);
        Assert.Equal([2.0, -3], model.Weight.Value.ToArray().Select(value => Math.Round(value, 2)));
    }

    [Fact]
    public void The_same_seeds_give_the_same_bits_whatever_was_done_between()
    {
        Trainer<double, double, int> once = Classifier(), twice = Classifier();
        once.Run(Blobs(50, 1), epochs: 3);
        TensorDataSource<double, int> source = Blobs(50, 1);
        twice.Run(source, epochs: 1);
        twice.Measure(Blobs(20, 2));
        _ = source.Read(9, 0);
        twice.Run(source, epochs: 3);
        Assert.Equal(Values(once), Values(twice));
    }

    [Fact]
    public void Stopped_at_any_step_and_restored_a_run_ends_bitwise_as_an_unbroken_one()
    {
        static Trainer<double, double, int> Make() => Classifier(model => new Adam<double>(model.Parameters, 0.05), optimizer => new Trainer<double, double, int>(
            optimizer.Model, optimizer.Optimizer, optimizer.Predict, (y, t) => Loss.CrossEntropy(y, t))
        {
            CountClasses = Trainer.CountClasses,
            Schedule = Schedule.WarmUp(3) * new ReduceOnPlateau(0.5, patience: 0),
            EarlyStopping = new EarlyStopping(5),
            AccumulatedBatches = 2,
            MaximumGradientNorm = 0.5,
        });

        Trainer<double, double, int> unbroken = Make();
        TrainingHistory whole = unbroken.Run(Blobs(50, 1), epochs: 3, validation: Blobs(20, 2));
        for (int stop = 1; stop < unbroken.Step; stop++)
        {
            Trainer<double, double, int> first = Make();
            using var cancellation = new CancellationTokenSource();
            first.AfterStep = progress =>
            {
                if (progress.Step == stop) cancellation.Cancel();
            };
            Assert.Throws<OperationCanceledException>(() => first.Fit(Blobs(50, 1), epochs: 3, validation: Blobs(20, 2), cancellationToken: cancellation.Token));
            Assert.Equal(stop, first.Step);

            Trainer<double, double, int> second = Make();
            foreach ((Parameter<double> from, Parameter<double> to) in first.Model.Parameters.Zip(second.Model.Parameters)) to.Set(from.Value);
            second.Optimizer.Restore(first.Optimizer.State());
            second.Restore(first.State());
            TrainingHistory rest = second.Run(Blobs(50, 1), epochs: 3, validation: Blobs(20, 2));
            Assert.Equal(Values(unbroken), Values(second));
            Assert.Equal(whole.Epochs[^1].Training.Loss, rest.Epochs[^1].Training.Loss);
            Assert.Equal(whole.Epochs[^1].Training.Confusion!.ToString(), rest.Epochs[^1].Training.Confusion!.ToString());
            Assert.Equal(whole.Epochs[^1].LearningRate, rest.Epochs[^1].LearningRate);
        }
    }

    [Fact]
    public void Progress_is_told_after_each_step()
    {
        var seen = new List<TrainingProgress>();
        Trainer<double, double, int> trainer = Classifier();
        var epochs = new List<long>();
        trainer.AfterEpoch = report => epochs.Add(report.Epoch);
        trainer.Run(Blobs(50, 1), epochs: 2, progress: new Listener(seen.Add));
        Assert.Equal([(1L, 1, 1L), (1, 2, 2), (1, 3, 3), (1, 4, 4), (2, 1, 5), (2, 2, 6), (2, 3, 7), (2, 4, 8)], seen.Select(p => (p.Epoch, p.Batch, p.Step)));
        Assert.All(seen, p => Assert.Equal((2L, 4, 0.05), (p.Epochs, p.BatchCount, p.LearningRate)));
        Assert.All(seen, p => Assert.Null(p.GradientNorm));
        Assert.Equal([1L, 2], epochs);
    }

    [Fact]
    public void A_cancelled_run_makes_no_step()
    {
        Trainer<double, double, int> trainer = Classifier();
        double[] before = Values(trainer);
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Blobs(50, 1), 1, cancellationToken: new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(() => trainer.Evaluate(Blobs(50, 1), new CancellationToken(canceled: true)));
        Assert.Equal(before, Values(trainer));
        Assert.Equal(0, trainer.Step);
    }

    [Fact]
    public void Evaluation_records_nothing_drops_nothing_and_leaves_every_mode_as_it_was()
    {
        var inner = new Dropout<double>();
        var model = new Sequential<double>(new Linear(2, 3), inner);
        model.Initialize(seed: 1);
        inner.Evaluate();
        var trainer = Trainer.Classifier(model, new Sgd<double>(model.Parameters, 0.1));
        TensorDataSource<double, int> source = Blobs(30, 1);
        double loss = trainer.Measure(source).Loss;
        Assert.Equal((true, false), (model.IsTraining, inner.IsTraining));
        Assert.Empty(model.Parameters[0].Ledger.Usages);
        inner.Train();
        Assert.Equal(loss, trainer.Measure(source).Loss);
        Assert.True(inner.IsTraining);
        Assert.Equal(0, inner.Draws);
    }

    [Fact]
    public void Accumulated_batches_make_the_step_of_one_large_batch()
    {
        Trainer<double, double, int> large = Classifier(), small = Make(batches: 3);
        large.Run(Blobs(50, 1, size: 42), epochs: 2);
        small.Run(Blobs(50, 1, size: 14), epochs: 2);
        Assert.Equal((4L, 4L), (large.Step, small.Step));
        double[] expected = Values(large), actual = Values(small);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-9);

        static Trainer<double, double, int> Make(int batches) => Classifier(null, parts => new Trainer<double, double, int>(
            parts.Model, parts.Optimizer, parts.Predict, (y, t) => Loss.CrossEntropy(y, t))
        { AccumulatedBatches = batches });
    }

    [Fact]
    public void Schedules_clipping_and_penalties_take_part()
    {
        var norms = new List<TrainingProgress>();
        Trainer<double, double, int> trainer = Classifier(model => new Sgd<double>(model.Parameters, 1.0), parts => new Trainer<double, double, int>(
            parts.Model, parts.Optimizer, parts.Predict, (y, t) => Loss.CrossEntropy(y, t))
        {
            Schedule = Schedule.Exponential(0.5),
            MaximumGradientNorm = 1e-3,
            Penalties = [Penalty.L2(10, parts.Model.Parameters)],
        });
        double[] start = Values(trainer);
        trainer.Run(Blobs(50, 1), epochs: 1, progress: new Listener(norms.Add));
        Assert.Equal([1, 0.5, 0.25, 0.125], norms.Select(p => p.LearningRate));
        Assert.All(norms, p => Assert.True(p.GradientNorm > 1, "the penalty's gradient is large"));
        double moved = Math.Sqrt(start.Zip(Values(trainer), (a, b) => (a - b) * (a - b)).Sum());
        Assert.InRange(moved, 1e-3, 1.875e-3 + 1e-12);
    }

    [Fact]
    public void Early_stopping_ends_the_run_and_returns_to_the_best_epoch()
    {
        var best = new List<double[]>();
        Trainer<double, double, int> trainer = Classifier(model => new Sgd<double>(model.Parameters, 300), parts => new Trainer<double, double, int>(
            parts.Model, parts.Optimizer, parts.Predict, (y, t) => Loss.CrossEntropy(y, t))
        { EarlyStopping = new EarlyStopping(patience: 2) });
        trainer.AfterEpoch = _ => best.Add(Values(trainer));
        // Labels that say nothing: what the large steps reach is worse on other data sooner or later.
        TrainingHistory history = trainer.Run(Blobs(50, 1, noise: 30), epochs: 200, validation: Blobs(50, 3, noise: 30));
        Assert.True(history.StoppedEarly);
        Assert.True(history.Epochs.Count < 200);
        int at = Enumerable.Range(0, history.Epochs.Count).MinBy(i => history.Epochs[i].Validation!.Loss);
        Assert.Equal(history.Epochs.Count - 3, at);
        Assert.Equal(best[at], Values(trainer));
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_epoch_batch_and_step_and_changes_nothing()
    {
        Trainer<double, double, int> trainer = Classifier();
        double[] inputs = Tensor.Normal<double>([8, 2], RandomKey.Of(1)).ToArray();
        inputs[^1] = double.NaN;
        var source = new TensorDataSource<double, int>(Tensor.From(inputs, [8, 2]), Tensor.Zeros<int>(8), 4);
        double[]? before = null;
        trainer.AfterStep = _ => before = Values(trainer);
        var error = Assert.Throws<ArithmeticException>(() => trainer.Run(source, 3));
        Assert.Equal(
            "Trainer: epoch 1, batch 2 (step 2 in all): the loss is NaN; lower the learning rate, clip gradients, or look for NaN in inputs and targets. "
            + "The parameters are those before the step.", error.Message);
        Assert.Equal(before, Values(trainer));
    }

    [Fact]
    public void Empty_sources_and_losses_that_are_no_scalars_are_errors()
    {
        Trainer<double, double, int> trainer = Classifier();
        var error = Assert.Throws<ArgumentException>(() => trainer.Run(new Nothing(), 1));
        Assert.StartsWith("Trainer.Fit: the training source has 0 examples in 0 batches; it needs at least one batch.", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Trainer.Fit: the validation source has 0", Assert.Throws<ArgumentException>(() => trainer.Run(Blobs(9, 1), 1, new Nothing())).Message, StringComparison.Ordinal);
        Assert.StartsWith("Trainer.Evaluate: the source has 0", Assert.Throws<ArgumentException>(() => trainer.Measure(new Nothing())).Message, StringComparison.Ordinal);
        var model = new Linear(2, 3);
        model.Initialize(1);
        var each = Trainer.Of<double, int>(model, new Sgd<double>(model.Parameters, 0.1), (y, t) => Loss.CrossEntropy(y, t, LossReduction.None));
        Assert.Equal("Trainer: the loss has shape [3]; expected a scalar, such as the mean over the batch.", Assert.Throws<ArgumentException>(() => each.Run(Blobs(3, 1), 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Classifier(null, parts => new Trainer<double, double, int>(
            parts.Model, parts.Optimizer, parts.Predict, (y, t) => Loss.CrossEntropy(y, t))
        { MaximumGradientNorm = 0 }));
    }

    private static double[] Values(Trainer<double, double, int> trainer) => [.. trainer.Model.Parameters.SelectMany(parameter => parameter.Value.ToArray())];

    private static Trainer<double, double, int> Classifier(
        Func<Layer<double>, Optimizer<double>>? optimizer = null, Func<Parts, Trainer<double, double, int>>? make = null)
    {
        var model = new Sequential<double>(new Linear(2, 8), new Tanh<double>(), new Linear(8, 3));
        model.Initialize(seed: 5);
        Optimizer<double> chosen = optimizer?.Invoke(model) ?? new Adam<double>(model.Parameters, 0.05);
        return make?.Invoke(new Parts(model, chosen, model.Forward)) ?? Trainer.Classifier(model, chosen);
    }

    // Three blobs in the plane.
    private static TensorDataSource<double, int> Blobs(int count, long seed, int size = 14, double noise = 0.3)
    {
        double[] points = Tensor.Normal<double>([count, 2], RandomKey.Of(seed), standardDeviation: noise).ToArray();
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
        for (int i = 0; i < count; i++)
        {
            points[2 * i] += Math.Cos(labels[i] * 2.1);
            points[2 * i + 1] += Math.Sin(labels[i] * 2.1);
        }

        return new TensorDataSource<double, int>(Tensor.From(points, [count, 2]), Tensor.From(labels), size, seed);
    }

    private sealed record Parts(Module<double> Model, Optimizer<double> Optimizer, Func<Tensor<double>, Tensor<double>> Predict);

    private sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class Nothing : IDataSource<double, int>
    {
        public int Count => 0;

        public int BatchCount => 0;

        public Batch<double, int> Read(long epoch, int batch) => throw new InvalidOperationException("There is nothing to read.");
    }
}
