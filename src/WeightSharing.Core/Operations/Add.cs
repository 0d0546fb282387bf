using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Sums, elementwise with NumPy broadcasting.</summary>
public static class AddOperation
{
    extension<T>(Tensor<T>)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a + b       ∂a += ∂y       ∂b += ∂y
        /// <summary>a + b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator +(Tensor<T> a, Tensor<T> b)
        {
            Tensor<T> y = Pointwise.Combine(a, b, default(Add<T>), "Add");
            return Graph.Records(a, b) ? y.From(new AddNode<T>(a, b)) : y;
        }

        /// <summary>a + b with a number.</summary>
        public static Tensor<T> operator +(Tensor<T> a, T b)
        {
            Tensor<T> y = Pointwise.Map(a, new Shift<T>(b), "Add");
            return Graph.Records(a) ? y.From(new AddNode<T>(a, null)) : y;
        }

        /// <summary>a + b with a number.</summary>
        public static Tensor<T> operator +(T a, Tensor<T> b) => b + a;
    }

    private sealed class AddNode<T>(Tensor<T> a, Tensor<T>? b) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            to.Add(0, dy);
            to.Add(1, dy);
        }
    }
}
