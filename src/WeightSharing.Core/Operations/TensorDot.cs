using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Sums of products over several dimensions, and products of every element with every other by blocks.</summary>
public static class TensorDotOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i.., j..] = Σ a[i.., k..]·b[k.., j..]
        /// <summary>Σ over the last <paramref name="dimensions"/> of a and the first of b: [i.., k..], [k.., j..] → [i.., j..].</summary>
        /// <exception cref="ArgumentException">The dimensions do not agree, or there are not so many.</exception>
        public Tensor<T> TensorDot(Tensor<T> b, int dimensions = 2)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            int kept = a.Rank - dimensions;
            if (dimensions < 0 || kept < 0 || dimensions > b.Rank || a.Shape.Slice(kept, a.Rank) != b.Shape.Slice(0, dimensions))
            {
                throw new ArgumentException($"TensorDot: left {a.Shape} · right {b.Shape}; the last {dimensions} of left must be the first of right.");
            }

            Shape rows = a.Shape.Slice(0, kept), columns = b.Shape.Slice(dimensions, b.Rank), inner = b.Shape.Slice(0, dimensions);
            return a.Reshape(rows.Count, inner.Count).MatMul(b.Reshape(inner.Count, columns.Count)).Reshape(rows.Concat(columns));
        }

        /// <summary>Σ over dimensions of a and of b that are named in pairs; the others of a come first, then those of b.</summary>
        /// <exception cref="ArgumentException">Not as many of both, one twice, or extents that differ.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> TensorDot(Tensor<T> b, ReadOnlySpan<int> left, ReadOnlySpan<int> right)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            if (left.Length != right.Length)
            {
                throw new ArgumentException($"TensorDot: {left.Length} dimensions of left {a.Shape} · {right.Length} of right {b.Shape}; they go in pairs.");
            }

            int[] first = Normalized(a.Shape, left), second = Normalized(b.Shape, right);
            int[] rows = [.. Enumerable.Range(0, a.Rank).Except(first)], columns = [.. Enumerable.Range(0, b.Rank).Except(second)];
            return a.Permute([.. rows, .. first]).TensorDot(b.Permute([.. second, .. columns]), left.Length);
        }

        // y[i·p + k, j·q + l] = a[i, j]·b[k, l]
        /// <summary>
        /// The Kronecker product: b once for each element of a, times it, [m, n], [p, q] → [m·p, n·q]; any number of dimensions up to 4, the smaller
        /// operand's filled up with ones in front.
        /// </summary>
        /// <exception cref="ArgumentException">More than 4 dimensions.</exception>
        public Tensor<T> Kronecker(Tensor<T> b)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            int rank = Math.Max(a.Rank, b.Rank);
            if (2 * rank > Shape.MaximumRank) throw new ArgumentException($"Kronecker: left {a.Shape} · right {b.Shape}; at most {Shape.MaximumRank / 2} dimensions.");
            int[] outer = new int[2 * rank], inner = new int[2 * rank], result = new int[rank];
            for (int d = 0; d < rank; d++)
            {
                int m = d < rank - a.Rank ? 1 : a.Shape[d - rank], p = d < rank - b.Rank ? 1 : b.Shape[d - rank];
                (outer[2 * d], outer[2 * d + 1], inner[2 * d], inner[2 * d + 1], result[d]) = (m, 1, 1, p, m * p);
            }

            return (a.Reshape(outer) * b.Reshape(inner)).Reshape(result);
        }
    }

    private static int[] Normalized(in Shape shape, ReadOnlySpan<int> dimensions)
    {
        var normalized = new int[dimensions.Length];
        for (int i = 0; i < dimensions.Length; i++) normalized[i] = shape.Normalize(dimensions[i], "TensorDot");
        return normalized.Distinct().Count() == normalized.Length
            ? normalized
            : throw new ArgumentException($"TensorDot: a dimension of {shape} occurs twice in [{string.Join(", ", normalized)}].");
    }
}
