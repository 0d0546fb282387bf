using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>ln(1 + x), elementwise, without cancellation near 0: −∞ at −1, NaN below.</summary>
public static class Log1pOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = ln(1 + x)       ∂x += ∂y / (1 + x)
        /// <summary>ln(1 + x), elementwise, without cancellation near 0: −∞ at −1, NaN below.</summary>
        public Tensor<T> Log1p()
        {
            Tensor<T> y = Pointwise.Map(x, default(Log1p<T>), "Log1p");
            return Graph.Records(x) ? y.From(new Log1pNode<T>(x)) : y;
        }
    }

    private sealed class Log1pNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Add(0, to.IsDifferentiable ? dy / (Recall(x) + T.One) : Pointwise.Combine(dy, Recall(x), default(Log1pBackward<T>), Name));
    }
}
