using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// e = w[index], and logits = h·wᵀ + b: an embedding and the output projection of a language model with one table.
/// <para>Shares the table between input and output: one buffer, two usages, whose gradients add up.</para>
/// <para>Shapes: symbols [..] → vectors [.., D]; hidden [.., D] → logits [.., count]; weight [count, D], bias [count].</para>
/// <para>Parameters: count·D + count under <c>embedding.weight</c> = <c>projection.weight</c> and <c>projection.bias</c>; untied count·D more.</para>
/// <para>Press &amp; Wolf, "Using the output embedding to improve language models", 2017; Inan et al. 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class TiedEmbedding<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A tied embedding.</summary>
    /// <param name="count">How many symbols.</param>
    /// <param name="dimension">D.</param>
    /// <param name="bias">Adds a bias to the logits.</param>
    /// <param name="paddingIndex">A symbol whose vector starts at zero and gets no gradient as an input, or null.</param>
    /// <param name="weight">A weight [count, D] to share with yet another layer.</param>
    /// <param name="initializer">First values; null is normal of deviation 1/√D, so that logits start at the size of the hidden vector's elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1, or a padding index that is no symbol.</exception>
    /// <exception cref="ArgumentException">The weight has another shape.</exception>
    public TiedEmbedding(
        int count, int dimension, bool bias = false, int? paddingIndex = null, Weight<T>? weight = null, Initializer? initializer = null)
        : this(
            new Embedding<T>(count, dimension, paddingIndex, weight, null, initializer ?? Initializer.Normal(1 / Math.Sqrt(Math.Max(dimension, 1)))),
            bias ? new Parameter<T>(count, Initializer.Zeros) : null)
    {
    }

    private TiedEmbedding(Embedding<T> embedding, Parameter<T>? bias)
        : this(embedding, new Projection<T>(embedding.Weight, bias is null ? null : new Weight<T>(bias)))
    {
    }

    private TiedEmbedding(Embedding<T> embedding, Layer<T> projection)
    {
        Embedding = Register("embedding", embedding);
        Projection = Register("projection", projection);
    }

    /// <summary>The table as input: symbols [..] → vectors [.., D].</summary>
    public Embedding<T> Embedding { get; }

    /// <summary>The table as output: hidden [.., D] → logits [.., count].</summary>
    public Layer<T> Projection { get; }

    /// <summary>The vectors of symbols: [..] → [.., D].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number that is no symbol.</exception>
    public Tensor<T> Embed(Tensor<int> symbols) => Embedding.Forward(symbols);

    /// <summary>How much each symbol fits: [.., D] → [.., count].</summary>
    /// <exception cref="ArgumentException">The last dimension is not D.</exception>
    public Tensor<T> Logits(Tensor<T> hidden) => Projection.Forward(hidden);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new TiedEmbedding<TOther>(copier.Copy<Embedding<TOther>>(Embedding), copier.Copy(Projection));
    }
}
