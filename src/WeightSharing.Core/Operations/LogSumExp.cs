using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>ln Σ eˣ over dimensions.</summary>
public static class LogSumExpOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>ln Σ eˣ over all elements, a scalar; −∞ for an empty tensor.</summary>
        public Tensor<T> LogSumExp() => x.LogSumExp([]);

        /// <summary>ln Σ eˣ over one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> LogSumExp(int dimension, bool keepDimensions = false) => x.LogSumExp([dimension], keepDimensions);

        // y = ln Σ eˣ       ∂x += ∂y·e^(x − y)
        /// <summary>ln Σ eˣ over some dimensions, computed from x − max x; −∞ where they are empty.</summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> LogSumExp(ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            var layout = new ReductionLayout<T>(x, dimensions, "LogSumExp");
            Tensor<T> y = Tensor<T>.Uninitialized(keepDimensions ? layout.KeptShape : layout.SqueezedShape, "LogSumExp");
            Reduction.LogSumExp(layout.Outer, layout.Count, layout.Inner, layout.Values, y.Buffer);
            return Graph.Records(x) ? y.From(new LogSumExpNode<T>(x, y, layout.KeptShape)) : y;
        }
    }

    private sealed class LogSumExpNode<T>(Tensor<T> x, Tensor<T> y, Shape kept) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x), y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> y = Recall(this.y);
            Tensor<T> x = Recall(this.x);
            Tensor<bool> infinite = y.Detach().Abs().Equal(T.PositiveInfinity);
            if (!infinite.Any())
            {
                to.Add(0, dy.Reshape(kept) * (x - y.Reshape(kept)).Exp());
                return;
            }

            // Where every term is 0, or one infinite, x − y would be ∞ − ∞. The first leaves shares of 0; infinite terms have all among them.
            infinite = infinite.Reshape(kept);
            Tensor<T> largest = x.Detach().Equal(T.PositiveInfinity).To<T>(), zero = Tensor.Scalar(T.Zero);
            Tensor<T> shares = Tensor.Where(infinite, zero, x - Tensor.Where(infinite, zero, y.Reshape(kept))).Exp();
            to.Add(0, dy.Reshape(kept) * Tensor.Where(infinite, largest / largest.SumTo(kept).Maximum(T.One), shares));
        }
    }
}
