using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Quotients, elementwise with NumPy broadcasting.</summary>
public static class DivideOperation
{
    extension<T>(Tensor<T>)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a / b       ∂a += ∂y / b       ∂b −= ∂y ⊙ y / b
        /// <summary>a / b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator /(Tensor<T> a, Tensor<T> b)
        {
            Tensor<T> y = Pointwise.Combine(a, b, default(Divide<T>), "Divide");
            return Graph.Records(a, b) ? y.From(new DivideNode<T>(a, b, y)) : y;
        }

        /// <summary>a / b with a number.</summary>
        public static Tensor<T> operator /(Tensor<T> a, T b) => a / Tensor.Scalar(b);

        /// <summary>a / b with a number.</summary>
        public static Tensor<T> operator /(T a, Tensor<T> b) => Tensor.Scalar(a) / b;
    }

    private sealed class DivideNode<T>(Tensor<T> a, Tensor<T> b, Tensor<T> y) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> b = new(b), y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> quotient = dy / Recall(b);
            to.Add(0, quotient);
            if (to.Wants(1)) to.Add(1, -(quotient * Recall(y)));
        }
    }
}
