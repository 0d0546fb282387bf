using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>What the constructors of layers have in common: a weight of the layer's own, tied or not, or one that is shared with another layer.</summary>
public static class WeightSource
{
    /// <summary>The shared weight when given, else a new parameter behind the tying, if any.</summary>
    /// <param name="layer">Name of the layer, for messages.</param>
    /// <param name="shape">Shape that the full weight must have.</param>
    /// <param name="fan">Fans of the full weight.</param>
    /// <param name="shared">A weight to share, or null.</param>
    /// <param name="tying">A tying whose full shape is the trailing part of <paramref name="shape"/>, or null.</param>
    /// <param name="initializer">First values; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or both a weight and a tying are given.</exception>
    public static Weight<T> For<T>(string layer, Shape shape, Fan fan, Weight<T>? shared, Tying? tying, Initializer? initializer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (shared is not null)
        {
            if (tying is not null) throw new ArgumentException($"{layer}: both a shared weight and a tying; put the tying on the weight with Through(tying).");
            if (shared.Shape != shape) throw new ArgumentException($"{layer}: the shared weight has shape {shared.Shape}; the layer needs {shape}.");
            return shared;
        }

        initializer ??= Initializer.FanInUniform;
        if (tying is null) return new Parameter<T>(shape, initializer, fan);
        int lead = shape.Rank - tying.FullShape.Rank;
        if (lead < 0 || shape.Slice(lead, shape.Rank) != tying.FullShape)
        {
            throw new ArgumentException($"{layer}: the tying {tying} does not fit the weight {shape}; its full shape must be the weight's trailing dimensions.");
        }

        return new Weight<T>(new Parameter<T>(shape.Slice(0, lead).Concat(tying.FreeCount), initializer, fan)).Through(tying);
    }
}
