using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>sin x, elementwise, x in radians.</summary>
public static class SinOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = sin x       ∂x += ∂y ⊙ cos x
        /// <summary>sin x, elementwise, x in radians.</summary>
        public Tensor<T> Sin()
        {
            Tensor<T> y = Pointwise.Map(x, default(Sin<T>), "Sin");
            return Graph.Records(x) ? y.From(new SinNode<T>(x)) : y;
        }
    }

    private sealed class SinNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Add(0, to.IsDifferentiable ? dy * Recall(x).Cos() : Pointwise.Combine(dy, Recall(x), default(SinBackward<T>), Name));
    }
}
