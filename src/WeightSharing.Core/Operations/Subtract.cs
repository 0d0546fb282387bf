using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Differences, elementwise with NumPy broadcasting.</summary>
public static class SubtractOperation
{
    extension<T>(Tensor<T>)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a − b       ∂a += ∂y       ∂b −= ∂y
        /// <summary>a − b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator -(Tensor<T> a, Tensor<T> b)
        {
            Tensor<T> y = Pointwise.Combine(a, b, default(Subtract<T>), "Subtract");
            return Graph.Records(a, b) ? y.From(new SubtractNode<T>(a, b)) : y;
        }

        /// <summary>a − b with a number.</summary>
        public static Tensor<T> operator -(Tensor<T> a, T b) => a + -b;

        /// <summary>a − b with a number.</summary>
        public static Tensor<T> operator -(T a, Tensor<T> b) => -b + a;

        /// <summary>−a.</summary>
        public static Tensor<T> operator -(Tensor<T> a)
        {
            Tensor<T> y = Pointwise.Map(a, default(Negate<T>), "Negate");
            return Graph.Records(a) ? y.From(new NegateNode<T>(a)) : y;
        }
    }

    private sealed class SubtractNode<T>(Tensor<T> a, Tensor<T> b) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            to.Add(0, dy);
            if (to.Wants(1)) to.Add(1, -dy);
        }
    }

    private sealed class NegateNode<T>(Tensor<T> a) : Node<T>(a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, -dy);
    }
}
