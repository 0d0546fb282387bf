using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Changes the inputs of a batch. What is drawn for an example depends on the key and the example's number alone.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
public interface ITransform<T>
    where T : unmanaged
{
    /// <summary>The new inputs, as many as the old.</summary>
    /// <param name="inputs">[N, ..], not to be written to.</param>
    /// <param name="examples">The N examples' numbers in their source.</param>
    /// <param name="key">Of the epoch; <c>key.Fork(example)</c> is an example's own.</param>
    Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key);
}

/// <summary>Transforms and read-ahead as one more link of a source.</summary>
public static class DataPipeline
{
    extension<TInput, TTarget>(IDataSource<TInput, TTarget> source)
        where TInput : unmanaged
        where TTarget : unmanaged
    {
        /// <summary>The source with transformed inputs; what is drawn depends on seed, epoch and example alone.</summary>
        public IDataSource<TInput, TTarget> Transform(long seed, params ReadOnlySpan<ITransform<TInput>> transforms)
        {
            ArgumentNullException.ThrowIfNull(source);
            return new TransformedSource<TInput, TTarget>(source, seed, transforms.ToArray());
        }

        /// <summary>The source with <paramref name="depth"/> batches read ahead on other threads.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The depth is below 1.</exception>
        public IDataSource<TInput, TTarget> Prefetch(int depth = 2)
        {
            ArgumentNullException.ThrowIfNull(source);
            Hyperparameter.AtLeast(depth, 1, "Prefetch", "depth");
            return new PrefetchSource<TInput, TTarget>(source, depth);
        }
    }

    private sealed class TransformedSource<TInput, TTarget>(IDataSource<TInput, TTarget> source, long seed, ITransform<TInput>[] transforms)
        : IDataSource<TInput, TTarget>
        where TInput : unmanaged
        where TTarget : unmanaged
    {
        public int Count => source.Count;

        public int BatchCount => source.BatchCount;

        public long? Seed => source.Seed;

        public Batch<TInput, TTarget> Read(long epoch, int batch)
        {
            Batch<TInput, TTarget> raw = source.Read(epoch, batch);
            if (raw.Examples.Length != raw.Count)
            {
                throw new InvalidOperationException($"Transform: the source names {raw.Examples.Length} examples for inputs {raw.Inputs.Shape}; Batch.Examples must have one number for each.");
            }

            Tensor<TInput> inputs = raw.Inputs;
            for (int i = 0; i < transforms.Length; i++)
            {
                inputs = transforms[i].Apply(inputs, raw.Examples.Span, RandomKey.Of(seed).Fork("transform").Fork(i).Fork(epoch));
            }

            return raw with { Inputs = inputs };
        }
    }

    private sealed class PrefetchSource<TInput, TTarget>(IDataSource<TInput, TTarget> source, int depth) : IDataSource<TInput, TTarget>
        where TInput : unmanaged
        where TTarget : unmanaged
    {
        private readonly Dictionary<(long Epoch, int Batch), Task<Batch<TInput, TTarget>>> pending = [];
        private readonly Lock gate = new();

        public int Count => source.Count;

        public int BatchCount => source.BatchCount;

        public long? Seed => source.Seed;

        public Batch<TInput, TTarget> Read(long epoch, int batch)
        {
            DataSource.RequireBatch("Prefetch", epoch, batch, BatchCount);
            Task<Batch<TInput, TTarget>>? wanted;
            lock (gate)
            {
                if (!pending.Remove((epoch, batch), out wanted)) wanted = Start((epoch, batch));
                HashSet<(long, int)> ahead = [];
                for ((long Epoch, int Batch) next = Next((epoch, batch)); ahead.Count < depth && ahead.Add(next); next = Next(next))
                {
                    if (!pending.ContainsKey(next)) pending[next] = Start(next);
                }

                // Whoever jumps in the data leaves batches behind that nobody will ask for.
                foreach ((long, int) behind in pending.Keys.Where(key => !ahead.Contains(key)).ToArray()) pending.Remove(behind);
            }

            return wanted.GetAwaiter().GetResult();
        }

        private Task<Batch<TInput, TTarget>> Start((long Epoch, int Batch) which) => Task.Run(() => source.Read(which.Epoch, which.Batch));

        private (long Epoch, int Batch) Next((long Epoch, int Batch) at) => at.Batch + 1 < BatchCount ? (at.Epoch, at.Batch + 1) : (at.Epoch + 1, 0);
    }
}
