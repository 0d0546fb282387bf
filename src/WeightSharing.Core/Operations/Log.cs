using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Natural logarithm, elementwise: −∞ at 0, NaN below.</summary>
public static class LogOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = ln x       ∂x += ∂y / x
        /// <summary>Natural logarithm, elementwise: −∞ at 0, NaN below.</summary>
        public Tensor<T> Log()
        {
            Tensor<T> y = Pointwise.Map(x, default(Log<T>), "Log");
            return Graph.Records(x) ? y.From(new LogNode<T>(x)) : y;
        }
    }

    private sealed class LogNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, dy / Recall(x));
    }
}
