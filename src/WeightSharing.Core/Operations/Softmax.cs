using System.Numerics;
using WeightSharing.Autograd;
using Kernel = WeightSharing.Kernels.Softmax;

namespace WeightSharing.Tensors;

/// <summary>Normalised exponentials over one dimension.</summary>
public static class SoftmaxOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = eˣ / Σ eˣ       ∂x += y ⊙ (∂y − Σ ∂y ⊙ y)
        /// <summary>eˣ / Σ eˣ over one dimension, computed from x − max x. A scalar counts as a vector of one.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Softmax(int dimension)
        {
            ArgumentNullException.ThrowIfNull(x);
            int at = DimensionOf(x, dimension, "Softmax");
            (int outer, int count, int inner) = Cut(x.Shape, at);
            Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, "Softmax");
            Kernel.Forward(outer, count, inner, x.DenseSpan(), y.Buffer);
            return Graph.Records(x) ? y.From(new SoftmaxNode<T>(x, y, at)) : y;
        }

        // y = x − ln Σ eˣ       ∂x += ∂y − eʸ ⊙ Σ ∂y
        /// <summary>ln(eˣ / Σ eˣ) over one dimension, computed from x − max x.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> LogSoftmax(int dimension)
        {
            ArgumentNullException.ThrowIfNull(x);
            int at = DimensionOf(x, dimension, "LogSoftmax");
            (int outer, int count, int inner) = Cut(x.Shape, at);
            Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, "LogSoftmax");
            Kernel.LogForward(outer, count, inner, x.DenseSpan(), y.Buffer);
            return Graph.Records(x) ? y.From(new LogSoftmaxNode<T>(x, y, at)) : y;
        }
    }

    // A scalar is normalised as if it were a vector of one element.
    private static int DimensionOf<T>(Tensor<T> x, int dimension, string operation)
        where T : unmanaged => x.Rank == 0 && dimension is 0 or -1 ? 0 : x.Shape.Normalize(dimension, operation);

    internal static (int Outer, int Count, int Inner) Cut(in Shape shape, int dimension) => shape.Rank == 0
        ? (1, 1, 1)
        : (shape.Slice(0, dimension).Count, shape[dimension], shape.Slice(dimension + 1, shape.Rank).Count);

    private sealed class SoftmaxNode<T>(Tensor<T> x, Tensor<T> y, int dimension) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> y = Recall(this.y);
            if (to.IsDifferentiable)
            {
                to.Add(0, y * (dy - (dy * y).Sum(dimension, keepDimensions: true)));
                return;
            }

            (int outer, int count, int inner) = Cut(y.Shape, dimension);
            Tensor<T> dx = Tensor<T>.Uninitialized(y.Shape, Name);
            Kernel.Backward(outer, count, inner, y.DenseSpan(), dy.DenseSpan(), dx.Buffer);
            to.Give(0, dx);
        }
    }

    private sealed class LogSoftmaxNode<T>(Tensor<T> x, Tensor<T> y, int dimension) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> y = Recall(this.y);
            if (to.IsDifferentiable)
            {
                to.Add(0, dy - y.Exp() * dy.Sum(dimension, keepDimensions: true));
                return;
            }

            (int outer, int count, int inner) = Cut(y.Shape, dimension);
            Tensor<T> dx = Tensor<T>.Uninitialized(y.Shape, Name);
            Kernel.LogBackward(outer, count, inner, y.DenseSpan(), dy.DenseSpan(), dx.Buffer);
            to.Give(0, dx);
        }
    }
}
