using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>|x|, elementwise; the derivative at 0 is 0.</summary>
public static class AbsOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = |x|       ∂x += ∂y ⊙ sign x
        /// <summary>|x|, elementwise; the derivative at 0 is 0.</summary>
        public Tensor<T> Abs()
        {
            Tensor<T> y = Pointwise.Map(x, default(Abs<T>), "Abs");
            return Graph.Records(x) ? y.From(new AbsNode<T>(x)) : y;
        }
    }

    private sealed class AbsNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, Pointwise.Gate(dy, Recall(x), default(AbsBackward<T>), to, Name));
    }
}
