using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>max(x, 0), elementwise; the derivative at 0 is 0.</summary>
public static class ReluOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = max(x, 0)       ∂x += ∂y ⊙ [y > 0]
        /// <summary>max(x, 0), elementwise; the derivative at 0 is 0.</summary>
        public Tensor<T> Relu()
        {
            Tensor<T> y = Pointwise.Map(x, default(Relu<T>), "Relu");
            return Graph.Records(x) ? y.From(new ReluNode<T>(x, y)) : y;
        }
    }

    private sealed class ReluNode<T>(Tensor<T> x, Tensor<T> y) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, Gradient(dy, Recall(y), to.IsDifferentiable, Name));
    }

    /// <summary>∂y ⊙ [y > 0]</summary>
    internal static Tensor<T> Gradient<T>(Tensor<T> dy, Tensor<T> y, bool isDifferentiable, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        isDifferentiable
            ? dy * Pointwise.Combine(Tensor.Ones<T>(dy.Shape), y, default(ReluBackward<T>), operation)
            : Pointwise.Combine(dy, y, default(ReluBackward<T>), operation);
}
