using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>cos x, elementwise, x in radians.</summary>
public static class CosOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = cos x       ∂x −= ∂y ⊙ sin x
        /// <summary>cos x, elementwise, x in radians.</summary>
        public Tensor<T> Cos()
        {
            Tensor<T> y = Pointwise.Map(x, default(Cos<T>), "Cos");
            return Graph.Records(x) ? y.From(new CosNode<T>(x)) : y;
        }
    }

    private sealed class CosNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Add(0, to.IsDifferentiable ? -(dy * Recall(x).Sin()) : Pointwise.Combine(dy, Recall(x), default(CosBackward<T>), Name));
    }
}
