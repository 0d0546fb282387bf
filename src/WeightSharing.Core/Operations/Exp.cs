using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>eˣ, elementwise.</summary>
public static class ExpOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = eˣ       ∂x += ∂y ⊙ y
        /// <summary>eˣ, elementwise.</summary>
        public Tensor<T> Exp()
        {
            Tensor<T> y = Pointwise.Map(x, default(Exp<T>), "Exp");
            return Graph.Records(x) ? y.From(new ExpNode<T>(x, y)) : y;
        }
    }

    private sealed class ExpNode<T>(Tensor<T> x, Tensor<T> y) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, dy * Recall(y));
    }
}
