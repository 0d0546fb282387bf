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
        public Tensor<T> Sum() => x.Sum([]);

        // y = Σ x over the dimensions       ∂x += ∂y repeated along them
        /// <summary>The sum over some dimensions; 0 where they are empty.</summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        public Tensor<T> Sum(ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        {
            Tensor<T> y = Total(x, dimensions, keepDimensions);
            return Graph.Records(x) ? y.From(new SumNode<T>(x, KeptShape(x, dimensions))) : y;
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
            Tensor<T> sum = x.Sum(dimensions, keepDimensions);
            int count = CountOf(x, dimensions, "Mean");
            if (count == 0 && sum.Count > 0)
            {
                throw new InvalidOperationException($"Mean: the reduced dimensions of shape {x.Shape} are empty; the mean of nothing is undefined.");
            }

            return count == 0 ? sum : sum * (T.One / T.CreateChecked(count));
        }

        /// <summary>The mean over one dimension.</summary>
        public Tensor<T> Mean(int dimension, bool keepDimensions = false) => x.Mean([dimension], keepDimensions);
    }

    /// <summary>The sum without recording.</summary>
    internal static Tensor<T> Total<T>(Tensor<T> x, ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = new ReductionLayout<T>(x, dimensions, "Sum");
        Tensor<T> y = Tensor<T>.Uninitialized(keepDimensions ? layout.KeptShape : layout.SqueezedShape, "Sum");
        Reduction.Sum(layout.Outer, layout.Count, layout.Inner, layout.Values, y.Buffer);
        return y;
    }

    /// <summary>The shape with extent 1 in every reduced dimension.</summary>
    internal static Shape KeptShape<T>(Tensor<T> x, ReadOnlySpan<int> dimensions)
        where T : unmanaged
    {
        Span<int> extents = stackalloc int[Shape.MaximumRank];
        for (int i = 0; i < x.Rank; i++) extents[i] = dimensions.IsEmpty ? 1 : x.Shape[i];
        foreach (int dimension in dimensions) extents[x.Shape.Normalize(dimension, "reduction")] = 1;
        return new Shape(extents[..x.Rank]);
    }

    /// <summary>How many elements each result of a reduction comes from.</summary>
    internal static int CountOf<T>(Tensor<T> x, ReadOnlySpan<int> dimensions, string operation)
        where T : unmanaged
    {
        if (dimensions.IsEmpty) return x.Count;
        int count = 1;
        foreach (int dimension in dimensions) count *= x.Shape[x.Shape.Normalize(dimension, operation)];
        return count;
    }

    private sealed class SumNode<T>(Tensor<T> x, Shape kept) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Shape shape = x.Shape;

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, dy.Reshape(kept).BroadcastTo(shape));
    }
}
