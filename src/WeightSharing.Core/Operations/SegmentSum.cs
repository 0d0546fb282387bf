using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Sums and means of consecutive rows, and the way back.</summary>
public static class SegmentSumOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i, ..] = Σ x[r, ..] over the rows r of segment i       ∂x[r, ..] += ∂y[segment of r, ..]
        /// <summary>The sum of the rows of each segment: [rows, ..] → [segments, ..]; that of an empty one is 0.</summary>
        /// <exception cref="ArgumentException">x has another number of rows than the segments.</exception>
        public Tensor<T> SegmentSum(Segments segments)
        {
            Check("SegmentSum", x, segments);
            return new SumMap<T>(segments, x.Shape).Apply(x);
        }

        // y[i, ..] = Σ x[r, ..] / |segment i|
        /// <summary>The mean of the rows of each segment: [rows, ..] → [segments, ..]; that of an empty one is 0.</summary>
        /// <exception cref="ArgumentException">x has another number of rows than the segments.</exception>
        public Tensor<T> SegmentMean(Segments segments)
        {
            Check("SegmentMean", x, segments);
            var shares = new T[segments.Count];
            for (int i = 0; i < shares.Length; i++) shares[i] = T.One / T.CreateChecked(Math.Max(1, segments.Length(i)));
            Shape column = segments.Count;
            for (int i = 1; i < x.Rank; i++) column = column.Concat(1);
            return x.SegmentSum(segments) * Tensor.From(shares, column);
        }

        // y[r, ..] = x[segment of r, ..]       ∂x[i, ..] += Σ ∂y[r, ..] over the rows r of segment i
        /// <summary>Each row repeated for all rows of its segment: [segments, ..] → [rows, ..].</summary>
        /// <exception cref="ArgumentException">x does not have one row for each segment.</exception>
        public Tensor<T> SegmentExpand(Segments segments)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(segments);
            if (x.Rank == 0 || x.Shape[0] != segments.Count)
            {
                throw new ArgumentException($"SegmentExpand: x {x.Shape} for {segments}; x's first dimension must be {segments.Count}.", nameof(segments));
            }

            return new SumMap<T>(segments, x.Shape.With(0, segments.Total)).ApplyAdjoint(x);
        }
    }

    internal static void Check<T>(string operation, Tensor<T> x, Segments segments)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(segments);
        if (x.Rank == 0 || x.Shape[0] != segments.Total)
        {
            throw new ArgumentException($"{operation}: x {x.Shape} for {segments}; x's first dimension must be {segments.Total}.", nameof(segments));
        }
    }

    private sealed class SumMap<T>(Segments segments, Shape shape) : LinearMap<T>("SegmentSum")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int inner = shape.Slice(1, shape.Rank).Count;

        protected override Tensor<T> Forward(Tensor<T> x)
        {
            Tensor<T> y = Tensor<T>.Uninitialized(shape.With(0, segments.Count), Name);
            SparseProduct.Sum(segments.Starts, [], inner, x.DenseSpan(), y.Buffer);
            return y;
        }

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Tensor<T> x = Tensor<T>.Uninitialized(shape, Name);
            Gather.Take(y.DenseSpan(), segments.Count, segments.Owners(), [], inner, x.Buffer);
            return x;
        }
    }
}
