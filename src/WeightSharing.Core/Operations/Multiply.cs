using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Products, elementwise with NumPy broadcasting; the matrix product is <c>MatMul</c>.</summary>
public static class MultiplyOperation
{
    extension<T>(Tensor<T>)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a ⊙ b       ∂a += ∂y ⊙ b       ∂b += ∂y ⊙ a
        /// <summary>a · b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator *(Tensor<T> a, Tensor<T> b)
        {
            Tensor<T> y = Pointwise.Combine(a, b, default(Multiply<T>), "Multiply");
            return Graph.Records(a, b) ? y.From(new MultiplyNode<T>(a, b)) : y;
        }

        /// <summary>a · b with a number.</summary>
        public static Tensor<T> operator *(Tensor<T> a, T b)
        {
            Tensor<T> y = Pointwise.Map(a, new Scale<T>(b), "Multiply");
            return Graph.Records(a) ? y.From(new ScaleNode<T>(a, b)) : y;
        }

        /// <summary>a · b with a number.</summary>
        public static Tensor<T> operator *(T a, Tensor<T> b) => b * a;
    }

    private sealed class MultiplyNode<T>(Tensor<T> a, Tensor<T> b) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> a = new(a), b = new(b);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (to.Wants(0)) to.Give(0, dy * Recall(b));
            if (to.Wants(1)) to.Give(1, dy * Recall(a));
        }
    }

    private sealed class ScaleNode<T>(Tensor<T> a, T by) : Node<T>(a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Give(0, dy * by);
    }
}
