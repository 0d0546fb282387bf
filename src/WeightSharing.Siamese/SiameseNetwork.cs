using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// d(f(x₁), f(x₂)): one encoder f on two inputs, and the distance of what it makes of them.
/// <para>Shares every weight of the encoder between the two streams: two usages each, named left and right, whose gradients add up. So d(x, y) = d(y, x)
/// and d(x, x) = 0 whatever was learned.</para>
/// <para>Shapes: two inputs as the encoder takes them; embeddings [N, D]; distances [N].</para>
/// <para>Parameters: those of the encoder under <c>encoder</c> and of the distance under <c>distance</c>; unshared (<see cref="PseudoSiameseNetwork{T}"/>)
/// twice the encoder's.</para>
/// <para>Bromley et al., "Signature verification using a Siamese time delay neural network", 1993; Chopra, Hadsell &amp; LeCun 2005.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class SiameseNetwork<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A Siamese network.</summary>
    /// <param name="encoder">f; a module of another signature serves inside a layer of your own.</param>
    /// <param name="distance">Of the embeddings; null is Euclidean.</param>
    public SiameseNetwork(Layer<T> encoder, Distance<T>? distance = null)
    {
        Encoder = Register("encoder", encoder);
        Distance = Register("distance", distance ?? new EuclideanDistance<T>());
    }

    /// <summary>f.</summary>
    public Layer<T> Encoder { get; }

    /// <summary>Of the embeddings.</summary>
    public Distance<T> Distance { get; }

    /// <summary>The embeddings of two inputs, each in a stream of its own.</summary>
    public (Tensor<T> Left, Tensor<T> Right) Encode(Tensor<T> left, Tensor<T> right) =>
        (Streams.Encode(Encoder, "left", left), Streams.Encode(Encoder, "right", right));

    /// <summary>The distance of each pair.</summary>
    /// <exception cref="ArgumentException">The embeddings do not fit together.</exception>
    public Tensor<T> Forward(Tensor<T> left, Tensor<T> right)
    {
        (Tensor<T> a, Tensor<T> b) = Encode(left, right);
        return Distance.Forward(a, b);
    }

    /// <summary>The same function with an encoder for each stream, free to go separate ways.</summary>
    public PseudoSiameseNetwork<T> ToSeparate() => new(Encoder.Clone(), Encoder.Clone(), Distance.Clone());

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new SiameseNetwork<TOther>(copier.Copy(Encoder), copier.Copy<Distance<TOther>>(Distance));
    }
}

/// <summary>Runs an encoder with its uses noted under the name of a stream.</summary>
internal static class Streams
{
    public static Tensor<T> Encode<T>(Layer<T> encoder, string stream, Tensor<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(input);
        using UsageScope scope = UsageScope.Enter(stream);
        return encoder.Forward(input);
    }
}
