using System.Buffers;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Examples in memory, in order or shuffled: the order of an epoch depends on the seed and the epoch's number alone.</summary>
/// <typeparam name="TInput">Element type of the inputs.</typeparam>
/// <typeparam name="TTarget">Element type of the targets.</typeparam>
public sealed class TensorDataSource<TInput, TTarget> : IDataSource<TInput, TTarget>
    where TInput : unmanaged
    where TTarget : unmanaged
{
    private readonly Tensor<TInput> inputs;
    private readonly Tensor<TTarget> targets;
    private readonly int[] natural;
    private Order order;

    /// <summary>A source over tensors whose first dimension counts the examples; they are not copied when they are contiguous.</summary>
    /// <param name="inputs">[N, ..]</param>
    /// <param name="targets">[N] or [N, ..]</param>
    /// <param name="batchSize">Examples of a batch.</param>
    /// <param name="seed">Shuffles by this seed; null keeps the order.</param>
    /// <param name="dropLast">Drops the last batch of an epoch when it is not full.</param>
    /// <exception cref="ArgumentException">
    /// No examples, different numbers of inputs and targets, or fewer examples than the only batch needs.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    public TensorDataSource(Tensor<TInput> inputs, Tensor<TTarget> targets, int batchSize, long? seed = null, bool dropLast = false)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        Hyperparameter.AtLeast(batchSize, 1, "TensorDataSource", "batch size");
        if (inputs.Rank == 0 || targets.Rank == 0 || inputs.Shape[0] != targets.Shape[0])
        {
            throw new ArgumentException($"TensorDataSource: inputs {inputs.Shape} and targets {targets.Shape}; the first dimensions count the examples and must be equal.");
        }

        Count = inputs.Shape[0];
        if (Count == 0)
        {
            throw new ArgumentException($"TensorDataSource: inputs {inputs.Shape} hold no examples; a source needs at least one.", nameof(inputs));
        }

        BatchSize = batchSize;
        BatchCount = dropLast ? Count / batchSize : (Count - 1) / batchSize + 1;
        if (BatchCount == 0)
        {
            throw new ArgumentException($"TensorDataSource: {Count} examples make no full batch of {batchSize}, and the last partial one is dropped; lower the batch size, or keep it.");
        }

        this.inputs = (inputs.IsContiguous ? inputs.Detach() : inputs.Copy()).Keep();
        this.targets = (targets.IsContiguous ? targets.Detach() : targets.Copy()).Keep();
        Seed = seed;
        natural = [.. Enumerable.Range(0, Count)];
        order = new Order(-1, natural);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int BatchCount { get; }

    /// <summary>Examples of a full batch.</summary>
    public int BatchSize { get; }

    /// <summary>The seed of the shuffling; null when the order is kept.</summary>
    public long? Seed { get; }

    /// <inheritdoc/>
    public Batch<TInput, TTarget> Read(long epoch, int batch)
    {
        DataSource.RequireBatch("TensorDataSource", epoch, batch, BatchCount);
        int start = batch * BatchSize;
        ReadOnlyMemory<int> examples = OrderOf(epoch).AsMemory(start, Math.Min(BatchSize, Count - start));
        return new Batch<TInput, TTarget>(Rows(inputs, examples.Span), Rows(targets, examples.Span)) { Examples = examples };
    }

    private static Tensor<TElement> Rows<TElement>(Tensor<TElement> tensor, ReadOnlySpan<int> rows)
        where TElement : unmanaged
    {
        Shape shape = tensor.Shape.With(0, rows.Length);
        int length = shape.Count / rows.Length;
        ReadOnlySpan<TElement> all = tensor.AsReadOnlySpan();
        TElement[] gathered = ArrayPool<TElement>.Shared.Rent(shape.Count);
        for (int i = 0; i < rows.Length; i++) all.Slice(rows[i] * length, length).CopyTo(gathered.AsSpan(i * length, length));
        Tensor<TElement> result = Tensor.From((ReadOnlySpan<TElement>)gathered.AsSpan(0, shape.Count), shape);
        ArrayPool<TElement>.Shared.Return(gathered);
        return result;
    }

    private int[] OrderOf(long epoch)
    {
        if (Seed is not { } seed) return natural;
        // Replaced as a whole: a thread sees the former order or the new one, and both say which epoch they are of.
        Order current = order;
        if (current.Epoch == epoch) return current.Examples;
        int[] shuffled = [.. natural];
        RandomKey key = RandomKey.Of(seed).Fork("order").Fork(epoch);
        for (int i = Count - 1; i > 0; i--)
        {
            int j = key.Below(i + 1, (uint)i);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        order = new Order(epoch, shuffled);
        return shuffled;
    }

    private sealed record Order(long Epoch, int[] Examples);
}
