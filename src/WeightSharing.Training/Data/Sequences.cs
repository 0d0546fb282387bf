using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Sequences as tensors.</summary>
public static class Sequences
{
    /// <summary>Sequences of different lengths as one tensor [N, longest] with their lengths [N].</summary>
    /// <param name="sequences">At least one, each of at least one element.</param>
    /// <param name="padding">What stands behind the end of a shorter one.</param>
    /// <exception cref="ArgumentException">There are none, or one is empty.</exception>
    public static (Tensor<T> Values, Tensor<int> Lengths) Pad<T>(IReadOnlyList<T[]> sequences, T padding = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0) throw new ArgumentException("Sequences.Pad: no sequences; expected at least one.", nameof(sequences));
        for (int i = 0; i < sequences.Count; i++)
        {
            if (sequences[i].Length == 0)
            {
                throw new ArgumentException($"Sequences.Pad: sequence {i} of {sequences.Count} is empty; each needs at least one element.", nameof(sequences));
            }
        }

        int longest = sequences.Max(sequence => sequence.Length);
        var values = new T[checked(sequences.Count * longest)];
        Array.Fill(values, padding);
        for (int i = 0; i < sequences.Count; i++) sequences[i].CopyTo(values.AsSpan(i * longest));
        return (Tensor.Wrap(values, [sequences.Count, longest]), Tensor.Wrap(sequences.Select(sequence => sequence.Length).ToArray(), sequences.Count));
    }

    /// <summary>Windows of a long sequence, and the same windows one element later: what a model of the next element learns from.</summary>
    /// <param name="stream">The long sequence.</param>
    /// <param name="length">Elements of a window.</param>
    /// <param name="stride">Elements from window to window; 0 stands for <paramref name="length"/>.</param>
    /// <returns>Inputs and targets, both [windows, length]; a rest that fills no window is left out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 1, or the stride negative.</exception>
    /// <exception cref="ArgumentException">The sequence is too short for one window and the element after it.</exception>
    public static (Tensor<T> Inputs, Tensor<T> Targets) Windows<T>(ReadOnlySpan<T> stream, int length, int stride = 0)
        where T : unmanaged
    {
        Hyperparameter.AtLeast(length, 1, "Sequences.Windows", "length");
        Hyperparameter.AtLeast(stride, 0, "Sequences.Windows", "stride");
        if (stride == 0) stride = length;
        if (stream.Length <= length)
        {
            throw new ArgumentException($"Sequences.Windows: {stream.Length} elements for windows of {length}; a window and the element after it need {length + 1L}.", nameof(stream));
        }

        int count = (stream.Length - 1 - length) / stride + 1;
        T[] inputs = new T[checked(count * length)], targets = new T[inputs.Length];
        for (int i = 0; i < count; i++)
        {
            stream.Slice(i * stride, length).CopyTo(inputs.AsSpan(i * length));
            stream.Slice(i * stride + 1, length).CopyTo(targets.AsSpan(i * length));
        }

        return (Tensor.Wrap(inputs, [count, length]), Tensor.Wrap(targets, [count, length]));
    }
}

/// <summary>A window of each sequence, at a random place: [N, time, ..] becomes [N, length, ..].</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class RandomWindow<T> : ITransform<T>
    where T : unmanaged
{
    private readonly int length;

    /// <summary>Windows of this length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
    public RandomWindow(int length) => this.length = Hyperparameter.AtLeast(length, 1, "RandomWindow", "length");

    /// <inheritdoc/>
    public Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Rank < 2 || inputs.Shape[1] < length)
        {
            throw new ArgumentException($"RandomWindow: inputs {inputs.Shape} for windows of {length}; expected [N, time, ..] with at least {length} steps.", nameof(inputs));
        }

        int time = inputs.Shape[1], step = inputs.Shape.Slice(2, inputs.Rank).Count;
        T[] from = inputs.ToArray(), to = new T[examples.Length * length * step];
        for (int n = 0; n < examples.Length; n++)
        {
            int start = key.Fork(examples[n]).Below(time - length + 1);
            from.AsSpan((n * time + start) * step, length * step).CopyTo(to.AsSpan(n * length * step));
        }

        return Tensor.Wrap(to, inputs.Shape.With(1, length));
    }
}
