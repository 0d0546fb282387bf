using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Sums and means over dimensions.</summary>
public static class SumOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The sum of all elements, a scalar; 0 for an empty tensor.</summary>
        public Tensor<T> Sum()
        {
            ArgumentNullException.ThrowIfNull(x);
            Tensor<T> y = Tensor<T>.Uninitialized(default, "Sum");
            Reduction.Sum(1, x.Count, 1, x.DenseSpan(), y.Buffer);
            // A scalar broadcasts to any shape.
            return Graph.Records(x) ? y.From(new SumNode<T>(x, default)) : y;
        }

        // y = Σ x over the dimensions       ∂x += ∂y repeated along them
        /// <summary>The sum over some dimensions; 0 where they are empty.</summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        public Tensor<T> Sum(ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            return dimensions.IsEmpty && !keepDimensions ? x.Sum() : Recorded(x, new ReductionLayout<T>(x, dimensions, "Sum"), keepDimensions);
        }

        /// <summary>The sum over one dimension.</summary>
        public Tensor<T> Sum(int dimension, bool keepDimensions = false) => x.Sum([dimension], keepDimensions);

        /// <summary>The mean of all elements, a scalar.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Mean() => x.Mean([]);

        /// <summary>The mean over some dimensions; none stands for all.</summary>
        /// <exception cref="InvalidOperationException">There is nothing to take the mean of.</exception>
        /// <inheritdoc cref="Sum{T}(Tensor{T}, ReadOnlySpan{int}, bool)"/>
        public Tensor<T> Mean(ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            var layout = new ReductionLayout<T>(x, dimensions, "Mean");
            Tensor<T> sum = Recorded(x, layout, keepDimensions);
            if (layout.Count == 0 && sum.Count > 0)
            {
                throw new InvalidOperationException($"Mean: the reduced dimensions of shape {x.Shape} are empty; the mean of nothing is undefined.");
            }

            return layout.Count == 0 ? sum : sum * (T.One / T.CreateChecked(layout.Count));
        }

        /// <summary>The mean over one dimension.</summary>
        public Tensor<T> Mean(int dimension, bool keepDimensions = false) => x.Mean([dimension], keepDimensions);
    }

    /// <summary>The sum without recording.</summary>
    internal static Tensor<T> Total<T>(Tensor<T> x, ReadOnlySpan<int> dimensions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Total(new ReductionLayout<T>(x, dimensions, "Sum"), keepDimensions: false);

    private static Tensor<T> Total<T>(in ReductionLayout<T> layout, bool keepDimensions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> y = Tensor<T>.Uninitialized(keepDimensions ? layout.KeptShape : layout.SqueezedShape, "Sum");
        Reduction.Sum(layout.Outer, layout.Count, layout.Inner, layout.Values, y.Buffer);
        return y;
    }

    private static Tensor<T> Recorded<T>(Tensor<T> x, in ReductionLayout<T> layout, bool keepDimensions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> y = Total(layout, keepDimensions);
        return Graph.Records(x) ? y.From(new SumNode<T>(x, layout.KeptShape)) : y;
    }

    private sealed class SumNode<T>(Tensor<T> x, Shape kept) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Shape shape = x.Shape;

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, dy.Reshape(kept).BroadcastTo(shape));
    }
}
