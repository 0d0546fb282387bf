using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Logistic function 1 / (1 + e⁻ˣ), elementwise.</summary>
public static class SigmoidOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = σ(x)       ∂x += ∂y ⊙ y ⊙ (1 − y)
        /// <summary>Logistic function 1 / (1 + e⁻ˣ), elementwise.</summary>
        public Tensor<T> Sigmoid()
        {
            Tensor<T> y = Pointwise.Map(x, default(Sigmoid<T>), "Sigmoid");
            return Graph.Records(x) ? y.From(new SigmoidNode<T>(x, y)) : y;
        }
    }

    private sealed class SigmoidNode<T>(Tensor<T> x, Tensor<T> y) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, to.IsDifferentiable
                ? dy * Recall(y) * (T.One - Recall(y))
                : Pointwise.Combine(dy, Recall(y), default(SigmoidBackward<T>), Name));
    }
}
