using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Largest elements of consecutive rows.</summary>
public static class SegmentMaxOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i, c] = x[r*, c] with r* the first row of segment i where it is largest       ∂x[r*, c] += ∂y[i, c]
        /// <summary>
        /// The largest element of each column in each segment: [rows, ..] → [segments, ..]; that of an empty one is 0. NaN wins; of equal elements
        /// the first gets the gradient.
        /// </summary>
        /// <exception cref="ArgumentException">x has another number of rows than the segments.</exception>
        public Tensor<T> SegmentMax(Segments segments)
        {
            SegmentSumOperation.Check("SegmentMax", x, segments);
            Shape shape = x.Shape.With(0, segments.Count);
            var positions = new int[shape.Count];
            SegmentExtremes.LargestPositions(segments.Starts, x.Shape.Slice(1, x.Rank).Count, x.DenseSpan(), positions);
            // Where the largest elements are is decided once; from then on the operation is linear, a selection.
            return x.Take(x.Count, shape, 0, positions, null, "SegmentMax");
        }
    }
}
