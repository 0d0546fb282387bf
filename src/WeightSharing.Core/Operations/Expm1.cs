using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>eˣ − 1, elementwise, without cancellation near 0.</summary>
public static class Expm1Operation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = eˣ − 1       ∂x += ∂y ⊙ (y + 1)
        /// <summary>eˣ − 1, elementwise, without cancellation near 0.</summary>
        public Tensor<T> Expm1()
        {
            Tensor<T> y = Pointwise.Map(x, default(Expm1<T>), "Expm1");
            return Graph.Records(x) ? y.From(new Expm1Node<T>(x, y)) : y;
        }
    }

    private sealed class Expm1Node<T>(Tensor<T> x, Tensor<T> y) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Add(0, to.IsDifferentiable ? dy * (Recall(y) + T.One) : Pointwise.Combine(dy, Recall(y), default(Expm1Backward<T>), Name));
    }
}
