namespace WeightSharing.Tensors;

/// <summary>Parts of a tensor along its dimensions, as views.</summary>
public static class SliceOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        /// <summary>
        /// The elements start, start + step, … below <paramref name="stop"/> of one dimension; a view. As in NumPy, negative bounds count from
        /// the end and bounds beyond the extent are clipped to it.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or the step is below 1.</exception>
        public Tensor<T> Slice(int dimension, int start, int stop, int step = 1)
        {
            int at = x.Shape.Normalize(dimension, "Slice");
            if (step < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(step), $"Slice: step {step} of dimension {dimension} in shape {x.Shape}; it must be at least 1 (Flip reverses a dimension).");
            }

            int extent = x.Shape[at];
            int from = Math.Clamp(start < 0 ? start + extent : start, 0, extent), to = Math.Clamp(stop < 0 ? stop + extent : stop, from, extent);
            int count = to == from ? 0 : (to - from - 1) / step + 1;
            return count == extent ? x : new SliceMap<T>(x.Shape, at, from, count, step).Apply(x);
        }

        /// <summary>One range a dimension, from the first on; the others stay whole: <c>x.Slice(1..3, ..^1)</c> or <c>x[1..3, ..^1]</c>.</summary>
        /// <exception cref="ArgumentException">More ranges than dimensions.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A range lies outside its dimension.</exception>
        public Tensor<T> Slice(params ReadOnlySpan<Range> ranges)
        {
            if (ranges.Length > x.Rank)
            {
                throw new ArgumentException($"Slice: {ranges.Length} ranges for shape {x.Shape}, which has {x.Rank} dimensions.", nameof(ranges));
            }

            Tensor<T> result = x;
            for (int i = 0; i < ranges.Length; i++)
            {
                int extent = x.Shape[i], start = ranges[i].Start.GetOffset(extent), stop = ranges[i].End.GetOffset(extent);
                if (start < 0 || stop > extent || start > stop)
                {
                    throw new ArgumentOutOfRangeException(nameof(ranges), $"Slice: range {ranges[i]} lies outside dimension {i} of shape {x.Shape}.");
                }

                result = result.Slice(i, start, stop);
            }

            return result;
        }

        /// <summary>Position <paramref name="index"/> of one dimension, which goes; a view. −1 is the last.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension or position.</exception>
        public Tensor<T> Select(int dimension, int index)
        {
            int extent = x.Shape[dimension], at = index < 0 ? index + extent : index;
            if ((uint)at >= (uint)extent)
            {
                throw new ArgumentOutOfRangeException(nameof(index), $"Select: index {index} lies outside dimension {dimension} of shape {x.Shape}; expected {-extent} to {extent - 1}.");
            }

            return x.Slice(dimension, at, at + 1).Squeeze(dimension);
        }
    }

    // y = x[.., from + i·step, ..]       ∂x[.., from + i·step, ..] += ∂y
    private sealed class SliceMap<T>(Shape shape, int dimension, int from, int count, int step) : LinearMap<T>("Slice")
        where T : unmanaged
    {
        protected override Tensor<T> Forward(Tensor<T> x) => Part(x);

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Tensor<T> x = Tensor<T>.Zeroed(shape, Name);
            Part(x).CopyFrom(y);
            return x;
        }

        private Tensor<T> Part(Tensor<T> x)
        {
            Span<int> strides = stackalloc int[Shape.MaximumRank];
            x.CopyStrides(strides);
            int offset = x.Offset + from * strides[dimension];
            strides[dimension] *= step;
            return x.View(x.Shape.With(dimension, count), offset, strides[..x.Rank]);
        }
    }
}
