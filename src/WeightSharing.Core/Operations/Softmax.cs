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
        /// <summary>eˣ / Σ eˣ over one dimension, computed from x − max x.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Softmax(int dimension)
        {
            int at = x.Shape.Normalize(dimension, "Softmax");
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
            int at = x.Shape.Normalize(dimension, "LogSoftmax");
            (int outer, int count, int inner) = Cut(x.Shape, at);
            Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, "LogSoftmax");
            Kernel.LogForward(outer, count, inner, x.DenseSpan(), y.Buffer);
            return Graph.Records(x) ? y.From(new LogSoftmaxNode<T>(x, y, at)) : y;
        }
    }

    internal static (int Outer, int Count, int Inner) Cut(in Shape shape, int dimension) =>
        (shape.Slice(0, dimension).Count, shape[dimension], shape.Slice(dimension + 1, shape.Rank).Count);

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
            to.Add(0, dx);
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
            to.Add(0, dx);
        }
    }
}
