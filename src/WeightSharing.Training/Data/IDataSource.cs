using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Some examples with their targets.</summary>
/// <typeparam name="TInput">Element type of the inputs.</typeparam>
/// <typeparam name="TTarget">Element type of the targets: int for class labels.</typeparam>
/// <param name="Inputs">[N, ..]</param>
/// <param name="Targets">[N] or [N, ..]</param>
public sealed record Batch<TInput, TTarget>(Tensor<TInput> Inputs, Tensor<TTarget> Targets)
    where TInput : unmanaged
    where TTarget : unmanaged
{
    /// <summary>The number of examples.</summary>
    public int Count => Inputs.Shape[0];

    /// <summary>Which examples of the source these are, in order.</summary>
    public ReadOnlyMemory<int> Examples { get; init; }
}

/// <summary>
/// Examples in batches. Reading is a function of epoch and batch number alone: it can be repeated, done ahead on another thread, and taken
/// up anywhere.
/// </summary>
/// <typeparam name="TInput">Element type of the inputs.</typeparam>
/// <typeparam name="TTarget">Element type of the targets.</typeparam>
public interface IDataSource<TInput, TTarget>
    where TInput : unmanaged
    where TTarget : unmanaged
{
    /// <summary>The number of examples.</summary>
    int Count { get; }

    /// <summary>The number of batches of an epoch.</summary>
    int BatchCount { get; }

    /// <summary>
    /// What the order of the examples follows from; null when it is always the same. A run that is taken up in the middle of an epoch needs the same.
    /// </summary>
    long? Seed => null;

    /// <summary>Batch <paramref name="batch"/> of epoch <paramref name="epoch"/>, both from 0. Many threads may read at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    Batch<TInput, TTarget> Read(long epoch, int batch);
}

/// <summary>What every data source can do.</summary>
public static class DataSource
{
    extension<TInput, TTarget>(IDataSource<TInput, TTarget> source)
        where TInput : unmanaged
        where TTarget : unmanaged
    {
        /// <summary>The batches of an epoch in order, each as (inputs, targets).</summary>
        public IEnumerable<(Tensor<TInput> Inputs, Tensor<TTarget> Targets)> Batches(long epoch = 0)
        {
            ArgumentNullException.ThrowIfNull(source);
            for (int i = 0; i < source.BatchCount; i++)
            {
                Batch<TInput, TTarget> batch = source.Read(epoch, i);
                yield return (batch.Inputs, batch.Targets);
            }
        }
    }

    internal static void RequireBatch(string source, long epoch, int batch, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if ((uint)batch >= (uint)count) throw new ArgumentOutOfRangeException(nameof(batch), $"{source}: batch {batch} of {count}; expected 0 to {count - 1}.");
    }
}
