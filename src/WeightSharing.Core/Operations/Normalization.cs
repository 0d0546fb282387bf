using System.Numerics;
using WeightSharing.Autograd;
using Kernel = WeightSharing.Kernels.Normalization;

namespace WeightSharing.Tensors;

/// <summary>
/// What batch, layer and group normalisation share: x as [outer, groups, inner], each group over (outer, inner) brought to mean 0 and
/// variance 1, then scaled and shifted by a weight and a bias of shape [1, groups, 1] or [1, 1, inner].
/// </summary>
internal static class Normalization
{
    // x̂ = (x − m)·r, r = 1/√(v + ε)       y = x̂ ⊙ w + b
    /// <returns>The result, and mean and biased variance of each group, [groups], without history.</returns>
    public static (Tensor<T> Output, Tensor<T> Mean, Tensor<T> Variance) Apply<T>(
        Tensor<T> x, Tensor<T>? weight, Tensor<T>? bias, T epsilon, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outer = x.Shape[0], groups = x.Shape[1], inner = x.Shape[2];
        // A bias without weight is rare: a weight of ones stands for none.
        if (bias is not null) weight ??= Tensor.Ones<T>(bias.Shape);
        bool perElement = weight is not null && weight.Shape[1] == 1 && weight.Shape[2] == inner && !(groups == 1 && inner == 1);
        Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, operation);
        Tensor<T> mean = Tensor<T>.Uninitialized(groups, operation), variance = Tensor<T>.Uninitialized(groups, operation);
        Kernel.Forward(
            outer, groups, inner, x.DenseSpan(), weight is null ? default : weight.DenseSpan(), bias is null ? default : bias.DenseSpan(),
            perElement,
            epsilon, y.Buffer, mean.Buffer, variance.Buffer);
        if (Graph.Records(x, weight, bias))
        {
            y.From(new NormalizationNode<T>(x, weight, bias, mean, variance, epsilon, perElement, operation));
        }
        return (y, mean, variance);
    }

    private sealed class NormalizationNode<T>(
        Tensor<T> x, Tensor<T>? weight, Tensor<T>? bias, Tensor<T> mean, Tensor<T> variance, T epsilon, bool perElement, string operation)
        : Node<T>(weight is null ? [x] : bias is null ? [x, weight] : [x, weight, bias])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);
        private readonly Saved<T>? weight = weight is null ? null : new(weight);

        public override string Name => operation;

        // ĝ = ∂y ⊙ w       ∂x += r·(ĝ − mean ĝ − x̂·mean(ĝ ⊙ x̂))       ∂w += Σ ∂y ⊙ x̂       ∂b += Σ ∂y
        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            Tensor<T>? weight = this.weight is { } saved ? Recall(saved) : null;
            if (to.IsDifferentiable)
            {
                Tensor<T> inverse = (x.Variance([0, 2], unbiased: false, keepDimensions: true) + epsilon).Pow(T.CreateChecked(-0.5));
                Tensor<T> normal = (x - x.Mean([0, 2], keepDimensions: true)) * inverse, scaled = weight is null ? dy : dy * weight;
                Tensor<T> slope = (scaled * normal).Mean([0, 2], keepDimensions: true);
                to.Add(0, inverse * (scaled - scaled.Mean([0, 2], keepDimensions: true) - normal * slope));
                to.Give(1, dy * normal);
                to.Add(2, dy);
                return;
            }

            Tensor<T> dx = Tensor<T>.Uninitialized(x.Shape, Name);
            Tensor<T>? dWeight = weight is null ? null : Tensor<T>.Uninitialized(weight.Shape, Name);
            Tensor<T>? dBias = weight is null ? null : Tensor<T>.Uninitialized(weight.Shape, Name);
            Kernel.Backward(
                x.Shape[0], x.Shape[1], x.Shape[2], dy.DenseSpan(), x.DenseSpan(), weight is null ? default : weight.DenseSpan(),
                perElement,
                mean.DenseSpan(), variance.DenseSpan(), epsilon, dx.Buffer,
                dWeight is null ? default : dWeight.Buffer, dBias is null ? default : dBias.Buffer);
            to.Give(0, dx);
            if (dWeight is not null) to.Give(1, dWeight);
            if (dBias is not null) to.Give(2, dBias);
        }
    }
}
