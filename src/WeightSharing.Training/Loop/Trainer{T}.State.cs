using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

public sealed partial class Trainer<T, TInput, TTarget>
{
    private readonly Dictionary<string, Tensor<T>> best = new(StringComparer.Ordinal);

    /// <summary>
    /// A snapshot of the trainer alone: position, running sums of the epoch, what schedule and early stopping have seen. The optimizer has
    /// a state of its own, and the model's parameters and buffers are the model's.
    /// </summary>
    public TrainingState<T> State()
    {
        var state = new TrainingState<T>();
        state.Set("Trainer/epoch", Epoch);
        state.Set("Trainer/batch", Batch);
        state.Set("Trainer/step", Step);
        state.Set("Trainer/base_learning_rate", BaseLearningRate);
        state.Set("Trainer/loss_sum", tally.LossSum);
        state.Set("Trainer/examples", tally.Examples);
        if (place is { } source)
        {
            state.Set("Trainer/source/examples", source.Examples);
            state.Set("Trainer/source/batches", source.Batches);
            if (source.Seed is { } seed) state.Set("Trainer/source/seed", seed);
        }

        if (tally.Confusion is { } confusion)
        {
            state.Set("Trainer/classes", confusion.Classes);
            for (int i = 0; i < confusion.Classes; i++)
            {
                for (int j = 0; j < confusion.Classes; j++)
                {
                    if (confusion[i, j] != 0) state.Set($"Trainer/confusion/{i}/{j}", confusion[i, j]);
                }
            }
        }

        Schedule?.Save(state);
        EarlyStopping?.Save(state);
        foreach ((string name, Tensor<T> tensor) in best) state.Set($"Trainer/best/{name}", tensor);
        return state;
    }

    /// <summary>Goes on from a snapshot of a trainer of the same make.</summary>
    /// <exception cref="ArgumentException">Something is missing in the state.</exception>
    public void Restore(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (Epoch, Batch, Step) = (state.Counter("Trainer/epoch"), checked((int)state.Counter("Trainer/batch")), state.Counter("Trainer/step"));
        BaseLearningRate = state.Number("Trainer/base_learning_rate");
        place = !state.Counters.TryGetValue("Trainer/source/examples", out long examples) ? null : new SourcePlace(
            checked((int)examples), checked((int)state.Counter("Trainer/source/batches")),
            state.Counters.TryGetValue("Trainer/source/seed", out long seed) ? seed : null);
        tally = new Tally { LossSum = state.Number("Trainer/loss_sum"), Examples = state.Counter("Trainer/examples") };
        if (state.Counters.TryGetValue("Trainer/classes", out long classes))
        {
            tally.Confusion = new ConfusionMatrix(checked((int)classes));
            for (int i = 0; i < classes; i++)
            {
                for (int j = 0; j < classes; j++)
                {
                    if (state.Counters.TryGetValue($"Trainer/confusion/{i}/{j}", out long count)) tally.Confusion.Add(i, j, count);
                }
            }
        }

        Schedule?.Load(state);
        EarlyStopping?.Load(state);
        const string Prefix = "Trainer/best/";
        best.Clear();
        foreach ((string name, Tensor<T> tensor) in state.Tensors)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)) best[name[Prefix.Length..]] = tensor.Copy().Keep();
        }
    }

    /// <summary>What tells the sources of two runs apart; in the middle of an epoch it must be the same.</summary>
    private SourcePlace Continued(IDataSource<TInput, TTarget> source)
    {
        var now = new SourcePlace(source.Count, source.BatchCount, source.Seed);
        if (Batch == 0 || place is not { } before || before == now) return now;
        throw new ArgumentException(
            $"Trainer.Fit: the trainer stands at batch {Batch} of epoch {Epoch + 1} over {before}; this source has {now}. Give it the source that the epoch began with.",
            nameof(source));
    }

    private sealed record SourcePlace(int Examples, int Batches, long? Seed)
    {
        public override string ToString() => $"{Examples} examples in {Batches} batches, {(Seed is { } seed ? $"shuffled by seed {seed}" : "in their order")}";
    }

    private void Watch(double metric)
    {
        Schedule?.Observe(metric);
        if (EarlyStopping is null || !EarlyStopping.Observe(Epoch, metric) || !EarlyStopping.RestoreBest) return;
        foreach ((string name, Tensor<T> value) in Values()) best[name] = value.Copy().Keep();
    }

    private void ReturnToBest()
    {
        foreach ((string name, Tensor<T> value) in Values())
        {
            if (best.TryGetValue(name, out Tensor<T>? kept)) value.CopyFrom(kept);
        }
    }

    private IEnumerable<(string Name, Tensor<T> Value)> Values()
    {
        ParameterSet<T> parameters = Model.Parameters;
        return parameters.Select(parameter => (parameters.NamesOf(parameter)[0], parameter.Value)).Concat(Model.Buffers);
    }
}
