using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Variances and standard deviations over dimensions.</summary>
public static class VarianceOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The variance of all elements, a scalar.</summary>
        /// <exception cref="InvalidOperationException">There are too few elements.</exception>
        public Tensor<T> Variance(bool unbiased = true) => x.Variance([], unbiased);

        /// <summary>The variance over one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">There are too few elements.</exception>
        public Tensor<T> Variance(int dimension, bool unbiased = true, bool keepDimensions = false) =>
            x.Variance([dimension], unbiased, keepDimensions);

        // y = Σ (x − m)² / n       ∂x += ∂y·2(x − m) / n, n one less than the number of elements when unbiased
        /// <summary>The variance over some dimensions, in two passes.</summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="unbiased">Divides by one less than the number of elements (Bessel), else by the number.</param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">There are no elements, or only one when unbiased.</exception>
        public Tensor<T> Variance(ReadOnlySpan<int> dimensions, bool unbiased = true, bool keepDimensions = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            var layout = new ReductionLayout<T>(x, dimensions, "Variance");
            Tensor<T> y = Tensor<T>.Uninitialized(keepDimensions ? layout.KeptShape : layout.SqueezedShape, "Variance");
            int freedom = layout.Count - (unbiased ? 1 : 0);
            // Without results none is undefined; a history there is all the same, so that a sum over them can be differentiated.
            if (freedom <= 0 && y.Count > 0)
            {
                throw new InvalidOperationException(
                    $"Variance: {layout.Count} elements in the reduced dimensions of shape {x.Shape}; "
                    + $"{(unbiased ? "the unbiased variance needs at least 2 (unbiased: false needs 1)" : "it needs at least 1")}.");
            }

            Tensor<T> mean = Tensor<T>.Uninitialized(y.Shape, "Variance");
            Reduction.Sum(layout.Outer, layout.Count, layout.Inner, layout.Values, mean.Buffer);
            foreach (ref T m in mean.Buffer) m /= T.CreateChecked(layout.Count);
            Reduction.SquaredDeviation(layout.Outer, layout.Count, layout.Inner, layout.Values, mean.Buffer, y.Buffer);
            foreach (ref T sum in y.Buffer) sum /= T.CreateChecked(freedom);
            return Graph.Records(x)
                ? y.From(new VarianceNode<T>(x, dimensions.ToArray(), layout.KeptShape, T.CreateChecked(2) / T.CreateChecked(freedom)))
                : y;
        }

        /// <summary>The standard deviation of all elements, a scalar.</summary>
        /// <exception cref="InvalidOperationException">There are too few elements.</exception>
        public Tensor<T> StandardDeviation(bool unbiased = true) => x.StandardDeviation([], unbiased);

        /// <summary>The standard deviation over one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">There are too few elements.</exception>
        public Tensor<T> StandardDeviation(int dimension, bool unbiased = true, bool keepDimensions = false) =>
            x.StandardDeviation([dimension], unbiased, keepDimensions);

        /// <summary>The square root of the variance; its gradient where all elements are equal is 0.</summary>
        /// <inheritdoc cref="Variance{T}(Tensor{T}, ReadOnlySpan{int}, bool, bool)"/>
        public Tensor<T> StandardDeviation(ReadOnlySpan<int> dimensions, bool unbiased = true, bool keepDimensions = false) =>
            NormOperation.RootOrZero(x.Variance(dimensions, unbiased, keepDimensions), 2);
    }

    private sealed class VarianceNode<T>(Tensor<T> x, int[] dimensions, Shape kept, T factor) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            to.Add(0, (x - x.Mean(dimensions, keepDimensions: true)) * (dy.Reshape(kept) * factor));
        }
    }
}
