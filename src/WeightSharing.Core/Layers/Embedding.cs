using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[.., :] = w[index[..], :]: a vector for each of a number of symbols.
/// <para>Shares each vector over all places where its symbol occurs.</para>
/// <para>Shapes: input [..] of integers, weight [count, D], output [.., D].</para>
/// <para>Parameters: count·D; unshared the same for every place.</para>
/// <para>Bengio et al., "A neural probabilistic language model", 2003.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Embedding<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool isShared;

    /// <summary>An embedding.</summary>
    /// <param name="count">How many symbols.</param>
    /// <param name="dimension">D.</param>
    /// <param name="paddingIndex">A symbol whose vector starts at zero and gets no gradient, or null.</param>
    /// <param name="weight">A weight [count, D] to share instead of one of the layer's own.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values.</param>
    /// <param name="initializer">First values; null is normal of deviation 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1, or a padding index that is no symbol.</exception>
    /// <exception cref="ArgumentException">The weight or the tying has another shape, or both are given.</exception>
    public Embedding(
        int count, int dimension, int? paddingIndex = null, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null)
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"Embedding: count {count}; it must be at least 1.");
        if (dimension < 1) throw new ArgumentOutOfRangeException(nameof(dimension), $"Embedding: dimension {dimension}; it must be at least 1.");
        if (paddingIndex is { } padding && (uint)padding >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(nameof(paddingIndex), $"Embedding: padding index {padding} of {count} symbols; expected 0 to {count - 1}.");
        }

        (PaddingIndex, isShared) = (paddingIndex, weight is not null || tying is not null);
        Weight = Register("weight", WeightSource.For(
            "Embedding", [count, dimension], new Fan(count, dimension), weight, tying, initializer ?? Initializer.Normal(1)));
    }

    /// <summary>How many symbols.</summary>
    public int Count => Weight.Shape[0];

    /// <summary>D.</summary>
    public int Dimension => Weight.Shape[1];

    /// <summary>The symbol whose vector gets no gradient, or null.</summary>
    public int? PaddingIndex { get; }

    /// <summary>[count, D].</summary>
    public Weight<T> Weight { get; }

    /// <summary>The vectors of symbols: [..] → [.., D].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number that is no symbol.</exception>
    public Tensor<T> Forward(Tensor<int> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int positions = input.Rank > 1 ? input.Shape.Slice(1, input.Rank).Count : 1;
        return Tensor.Embedding(Weight.Use(positions: positions), input, PaddingIndex);
    }

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key)
    {
        // What a shared table starts with is not this layer's to change.
        if (PaddingIndex is { } padding && !isShared) Weight.Parameter.Value.Detach().Select(0, padding).Fill(T.Zero);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Embedding<TOther>(Count, Dimension, PaddingIndex, copier.Copy(Weight));
    }
}
