using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// d = Σⱼ αⱼ·|aⱼ − bⱼ| with learned α. The probability that two things are the same is σ(β − d).
/// <para>Shares α over all pairs.</para>
/// <para>Shapes: [.., D] and [.., D] → [..]; weight [D], bias [1].</para>
/// <para>Parameters: D, and 1 for β where there is a bias. α starts at 1/D, a mean of differences; it may become negative, as in the paper.</para>
/// <para>Koch, Zemel &amp; Salakhutdinov, "Siamese neural networks for one-shot image recognition", 2015, with −α for α.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class WeightedL1Distance<T> : Distance<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A learned distance.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="bias">Adds β to the logits.</param>
    /// <param name="weight">A weight [D] to share instead of one of the distance's own.</param>
    /// <param name="initializer">First values of α; null is 1/D.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1.</exception>
    /// <exception cref="ArgumentException">The weight has another shape.</exception>
    public WeightedL1Distance(int dimension, bool bias = true, Weight<T>? weight = null, Initializer? initializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (weight is not null && weight.Shape != dimension)
        {
            throw new ArgumentException($"WeightedL1Distance: the shared weight has shape {weight.Shape}; the distance needs [{dimension}].", nameof(weight));
        }

        Weight = Register("weight", weight ?? new Parameter<T>(dimension, initializer ?? Initializer.Constant(1.0 / dimension), new Fan(dimension, 1)));
        if (bias) Bias = Register("bias", new Parameter<T>(1, Initializer.Zeros));
    }

    /// <summary>α, [D].</summary>
    public Weight<T> Weight { get; }

    /// <summary>β, [1], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>β − d: the logit of being the same, for <see cref="Loss.BinaryCrossEntropyWithLogits"/>.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Logits(Tensor<T> left, Tensor<T> right)
    {
        Tensor<T> distance = Forward(left, right);
        return Bias is null ? -distance : Bias.Use().Reshape([]) - distance;
    }

    /// <inheritdoc/>
    protected override Tensor<T> Measure(Tensor<T> left, Tensor<T> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        if (left.Shape[^1] != Weight.Shape[0])
        {
            throw new ArgumentException(
                $"WeightedL1Distance: embeddings {left.Shape} for {Weight.Shape[0]} weights; their last dimension must be {Weight.Shape[0]}.", nameof(left));
        }

        // d = |a − b| · α       [..] = [.., D] · [D]
        return (left - right).Abs().MatMul(Weight.Use());
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new WeightedL1Distance<TOther>(Weight.Shape[0], Bias is not null, copier.Copy(Weight));
    }
}
