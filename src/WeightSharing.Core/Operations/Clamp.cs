using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Values limited to an interval, elementwise.</summary>
public static class ClampOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = min(max(x, lower), upper)       ∂x += ∂y ⊙ [lower ≤ x ≤ upper]
        /// <summary>x limited to [lower, upper], elementwise; the bounds themselves pass the gradient on. NaN stays NaN.</summary>
        /// <exception cref="ArgumentException">The bounds are not in order.</exception>
        public Tensor<T> Clamp(T lower, T upper)
        {
            if (!(lower <= upper))
            {
                throw new ArgumentException(
                    $"Clamp: lower bound {lower}, upper bound {upper}; the lower must not exceed the upper.", nameof(lower));
            }

            Tensor<T> y = Pointwise.Map(x, new Clamp<T>(lower, upper), "Clamp");
            return Graph.Records(x) ? y.From(new ClampNode<T>(x, lower, upper)) : y;
        }
    }

    private sealed class ClampNode<T>(Tensor<T> x, T lower, T upper) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, Pointwise.Gate(dy, Recall(x), new ClampBackward<T>(lower, upper), to, Name));
    }
}
