using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// While training, sets each element to zero with probability p and divides the others by 1 − p; nothing otherwise (Srivastava et al. 2014, in its inverted form).
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <remarks>The mask depends on the seed, the layer's canonical name, the number of the draw and the element's position alone.</remarks>
public sealed class Dropout<T> : Layer<T>, IDrawsRandomly
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A dropout of this probability.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in 0 … 1.</exception>
    public Dropout(double probability = 0.5)
    {
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), $"Dropout: probability {probability}; expected 0 to 1.");
        Probability = probability;
    }

    /// <summary>Probability of zero.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public RandomKey Key { get; set; } = RandomKey.Of(0);

    /// <summary>How many masks were drawn: set it back to draw the same masks again, as resuming does.</summary>
    public long Draws { get; set; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!IsTraining || Probability == 0) return input;
        Tensor<T> mask = Tensor.Zeros<T>(input.Shape);
        Key.Fork(Draws++).FillBernoulli(mask.Buffer, 1 - Probability);
        // All dropped: 0·∞ would be NaN.
        return Probability == 1 ? input * mask : input * (mask * T.CreateChecked(1 / (1 - Probability)));
    }

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key)
    {
        Key = key;
        Draws = 0;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Dropout<TOther>(Probability);

    /// <inheritdoc/>
    protected override void CopyStateTo<TOther>(Module<TOther> twin) => (((Dropout<TOther>)twin).Key, ((Dropout<TOther>)twin).Draws) = (Key, Draws);
}
