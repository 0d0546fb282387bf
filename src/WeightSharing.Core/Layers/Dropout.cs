using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// While training, sets each element to zero with probability p and divides the others by 1 − p; nothing otherwise (Srivastava et al. 2014, in its inverted form).
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="probability">p.</param>
/// <remarks>The mask depends on the seed, the layer's canonical name, the number of the draw and the element's position alone.</remarks>
/// <exception cref="ArgumentOutOfRangeException">The probability is not in 0 … 1.</exception>
public sealed class Dropout<T>(double probability = 0.5) : DropoutLayer<T>("Dropout", probability)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Shape MaskOf(in Shape input) => input;

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Dropout<TOther>(Probability);
}

/// <summary>
/// As <see cref="Dropout{T}"/>, for whole maps: neighbours in a map tell much the same, so that without one the others make up for it (Tompson et al. 2015).
/// [N, C, ..], every map of every example for itself.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="probability">p.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is not in 0 … 1.</exception>
public sealed class Dropout2d<T>(double probability = 0.5) : DropoutLayer<T>("Dropout2d", probability)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Fewer than three dimensions.</exception>
    protected override Shape MaskOf(in Shape input)
    {
        if (input.Rank < 3) throw new ArgumentException($"Dropout2d: input {input}; expected [N, C, ..] with at least one spatial dimension.", nameof(input));
        Shape mask = input;
        for (int i = 2; i < input.Rank; i++) mask = mask.With(i, 1);
        return mask;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Dropout2d<TOther>(Probability);
}

/// <summary>What dropouts have in common: a mask of ones and zeros that broadcasts to the input.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class DropoutLayer<T> : Layer<T>, IDrawsRandomly
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected DropoutLayer(string name, double probability)
    {
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), $"{name}: probability {probability}; expected 0 to 1.");
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
        Tensor<T> mask = Tensor.Zeros<T>(MaskOf(input.Shape));
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

    /// <summary>The shape of the mask for an input.</summary>
    protected abstract Shape MaskOf(in Shape input);

    /// <inheritdoc/>
    protected override void CopyStateTo<TOther>(Module<TOther> twin) => (((DropoutLayer<TOther>)twin).Key, ((DropoutLayer<TOther>)twin).Draws) = (Key, Draws);
}
