using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>√x, elementwise: NaN below 0. Its derivative at 0 is infinite.</summary>
public static class SqrtOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = √x       ∂x += ∂y / 2y
        /// <summary>√x, elementwise: NaN below 0. Its derivative at 0 is infinite.</summary>
        public Tensor<T> Sqrt()
        {
            Tensor<T> y = Pointwise.Map(x, default(Sqrt<T>), "Sqrt");
            return Graph.Records(x) ? y.From(new SqrtNode<T>(x, y)) : y;
        }
    }

    private sealed class SqrtNode<T>(Tensor<T> x, Tensor<T> y) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Add(0, dy / (Recall(y) * T.CreateChecked(2)));
    }
}
