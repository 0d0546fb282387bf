using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>
/// What was computed from the values of a tensor and is kept with its buffer (<see cref="Storage.Derived"/>) while they stay as they are: given up with the
/// version of the values, or the buffer.
/// </summary>
internal abstract class DerivedValues<T>(Tensor<T> source)
    where T : unmanaged
{
    private readonly int version = source.Storage.Version;
    private readonly Shape shape = source.Shape;

    /// <summary>True when something may be kept with a tensor: it is the whole of a buffer that outlives the scope, and no change of it goes unnoticed.</summary>
    public static bool MayBeKeptWith(Tensor<T> source)
        => source.Storage.IsPersistent && !source.Storage.MayChangeUnseen && source.Count == source.Storage.Length;

    /// <summary>Gives up what belongs to former values: weights that learn have other ones at the next use, so that nothing is made for them.</summary>
    public static void Forget(Tensor<T> source)
    {
        Storage<T> storage = source.Storage;
        if (storage.Derived is DerivedValues<T> kept && kept.version != storage.Version) storage.Derived = null;
    }

    /// <summary>True when these come from the values that a tensor has now.</summary>
    protected bool AreOf(Tensor<T> source) => version == source.Storage.Version && shape == source.Shape;
}

/// <summary>An aligned array of its own.</summary>
internal sealed class AlignedValues<T>
    where T : unmanaged
{
    private readonly T[] array;
    private readonly int start, length;

    public AlignedValues(int length)
    {
        array = AlignedBuffer.Allocate<T>(length, out start);
        this.length = length;
    }

    public Span<T> Span => array.AsSpan(start, length);
}
