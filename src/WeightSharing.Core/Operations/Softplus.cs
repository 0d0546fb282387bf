using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>The smooth rectifier, elementwise.</summary>
public static class SoftplusOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>ln(1 + eˣ), elementwise, linear where x > 20.</summary>
        public Tensor<T> Softplus() => x.Softplus(T.One, T.CreateChecked(20));

        // y = ln(1 + e^βx)/β       ∂x += ∂y ⊙ sigmoid(βx), or ∂y where βx > threshold
        /// <summary>ln(1 + e^(βx))/β, elementwise, and x itself where βx exceeds the threshold.</summary>
        /// <param name="beta">β, greater than 0.</param>
        /// <param name="threshold">Infinity never counts as linear.</param>
        /// <exception cref="ArgumentOutOfRangeException">β is not positive.</exception>
        public Tensor<T> Softplus(T beta, T threshold)
        {
            if (!(beta > T.Zero)) throw new ArgumentOutOfRangeException(nameof(beta), $"Softplus: beta {beta}; it must be greater than 0.");
            Tensor<T> y = Pointwise.Map(x, new Softplus<T>(beta, threshold), "Softplus");
            return Graph.Records(x) ? y.From(new SoftplusNode<T>(x, beta, threshold)) : y;
        }
    }

    private sealed class SoftplusNode<T>(Tensor<T> x, T beta, T threshold) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            if (!to.IsDifferentiable)
            {
                to.Give(0, Pointwise.Combine(dy, x, new SoftplusBackward<T>(beta, threshold), Name));
                return;
            }

            Tensor<T> scaled = x * beta;
            to.Add(0, dy * Tensor.Where(scaled.Detach().Greater(threshold), Tensor.Scalar(T.One), scaled.Sigmoid()));
        }
    }
}
