using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// d(f(x), f(x⁺)) and d(f(x), f(x⁻)): one encoder f on an anchor, something alike and something else.
/// <para>Shares every weight of the encoder between the three streams: three usages each, named anchor, positive and negative.</para>
/// <para>Shapes: three inputs as the encoder takes them; embeddings [N, D]; distances [N] and [N].</para>
/// <para>Parameters: those of the encoder under <c>encoder</c> and of the distance under <c>distance</c>; unshared three times the encoder's.</para>
/// <para>Hoffer &amp; Ailon, "Deep metric learning using triplet network", 2015; Schroff et al., "FaceNet", 2015.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class TripletNetwork<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A triplet network.</summary>
    /// <param name="encoder">f; a module of another signature serves inside a layer of your own.</param>
    /// <param name="distance">Of the embeddings; null is Euclidean.</param>
    public TripletNetwork(Layer<T> encoder, Distance<T>? distance = null)
    {
        Encoder = Register("encoder", encoder);
        Distance = Register("distance", distance ?? new EuclideanDistance<T>());
    }

    /// <summary>f.</summary>
    public Layer<T> Encoder { get; }

    /// <summary>Of the embeddings.</summary>
    public Distance<T> Distance { get; }

    /// <summary>The embeddings of three inputs, each in a stream of its own.</summary>
    public (Tensor<T> Anchor, Tensor<T> Positive, Tensor<T> Negative) Encode(Tensor<T> anchor, Tensor<T> positive, Tensor<T> negative) => (
        Streams.Encode(Encoder, "anchor", anchor), Streams.Encode(Encoder, "positive", positive), Streams.Encode(Encoder, "negative", negative));

    /// <summary>The distances from each anchor to its positive and its negative.</summary>
    /// <exception cref="ArgumentException">The embeddings do not fit together.</exception>
    public (Tensor<T> Positive, Tensor<T> Negative) Forward(Tensor<T> anchor, Tensor<T> positive, Tensor<T> negative)
    {
        (Tensor<T> a, Tensor<T> p, Tensor<T> n) = Encode(anchor, positive, negative);
        return (Distance.Forward(a, p), Distance.Forward(a, n));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new TripletNetwork<TOther>(copier.Copy(Encoder), copier.Copy<Distance<TOther>>(Distance));
    }
}
