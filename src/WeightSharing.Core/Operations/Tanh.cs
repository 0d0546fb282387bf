using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Hyperbolic tangent, elementwise.</summary>
public static class TanhOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = tanh x       ∂x += ∂y ⊙ (1 − y²)
        /// <summary>Hyperbolic tangent, elementwise.</summary>
        public Tensor<T> Tanh()
        {
            Tensor<T> y = Pointwise.Map(x, default(Tanh<T>), "Tanh");
            return Graph.Records(x) ? y.From(new TanhNode<T>(x, y)) : y;
        }
    }

    private sealed class TanhNode<T>(Tensor<T> x, Tensor<T> y) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, to.IsDifferentiable
                ? dy * (T.One - Recall(y) * Recall(y))
                : Pointwise.Combine(dy, Recall(y), default(TanhBackward<T>), Name));
    }
}
