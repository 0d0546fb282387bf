using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Weights that sum to one within consecutive rows.</summary>
public static class SegmentSoftmaxOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[r, c] = exp(x[r, c] − m) / Σ exp(x[s, c] − m) over the rows s of r's segment, m their maximum
        /// <summary>The softmax of each column over the rows of each segment: [rows, ..] → [rows, ..].</summary>
        /// <exception cref="ArgumentException">x has another number of rows than the segments.</exception>
        public Tensor<T> SegmentSoftmax(Segments segments)
        {
            SegmentSumOperation.Check("SegmentSoftmax", x, segments);
            // The maximum shifts nothing but the exponent's range: no gradient goes through it.
            Tensor<T> exponentials = (x - x.Detach().SegmentMax(segments).SegmentExpand(segments)).Exp();
            return exponentials / exponentials.SegmentSum(segments).SegmentExpand(segments);
        }
    }
}
