using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>How a convolution adds its bias: not at all, one a channel (shared over all positions), or one a channel and position. Converts from bool.</summary>
public readonly record struct ConvolutionBias
{
    private ConvolutionBias(bool isPresent, Size2 extent) => (IsPresent, Extent) = (isPresent, extent);

    /// <summary>No bias.</summary>
    public static ConvolutionBias None => default;

    /// <summary>One bias a channel, shared over all positions: parameter [Cout].</summary>
    public static ConvolutionBias PerChannel => new(true, default);

    /// <summary>True unless <see cref="None"/>.</summary>
    public bool IsPresent { get; }

    /// <summary>True for <see cref="PerPosition"/>.</summary>
    public bool IsPerPosition => Extent != default;

    /// <summary>The output size that a bias for every position is made for; 0×0 otherwise.</summary>
    internal Size2 Extent { get; }

    /// <summary>A bias of its own for every channel and position, as in LeCun's nets of 1989: parameter [Cout, outH, outW]. Fixes the output size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An extent is below 1.</exception>
    public static ConvolutionBias PerPosition(Size2 outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize.Height, nameof(outputSize));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize.Width, nameof(outputSize));
        return new ConvolutionBias(true, outputSize);
    }

    /// <summary>true is <see cref="PerChannel"/>, false is <see cref="None"/>.</summary>
    public static implicit operator ConvolutionBias(bool bias) => bias ? PerChannel : None;

    /// <summary>The form of a bias of this shape; null is none.</summary>
    internal static ConvolutionBias Of(Shape? shape) => shape switch
    {
        null => None,
        { Rank: 1 } => PerChannel,
        { Rank: 2 } row => PerPosition((1, row[1])),
        { } plane => PerPosition((plane[1], plane[2])),
    };

    /// <summary>The parameter of the bias, or null.</summary>
    internal Parameter<T>? Parameter<T>(int channels, Fan fan, bool oneDimensional)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!IsPresent) return null;
        Shape shape = !IsPerPosition ? channels : oneDimensional ? [channels, Extent.Width] : [channels, Extent.Height, Extent.Width];
        return new Parameter<T>(shape, Initializer.FanInUniform, fan);
    }
}
