using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>A value that a backward rule needs, with the version it had: <see cref="Node{T}.Recall"/> refuses one that was changed since.</summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly struct Saved<T>
    where T : unmanaged
{
    /// <summary>Remembers a tensor as it is now.</summary>
    public Saved(Tensor<T> tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Tensor = tensor;
        Version = tensor.Storage.Version;
    }

    internal Tensor<T> Tensor { get; }

    internal int Version { get; }

    internal bool IsUnchanged => Tensor.Storage.Version == Version;
}
