using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Entries picked by index, with a sign: what every tying is made of, and selection along a dimension.</summary>
public static class TakeOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[.., i, ..] = x[.., index[i], ..]       ∂x[.., index[i], ..] += ∂y[.., i, ..]
        /// <summary>Positions of one dimension, in any order and with repeats.</summary>
        /// <param name="dimension">Which dimension.</param>
        /// <param name="index">A vector of positions from 0.</param>
        /// <exception cref="ArgumentException">The index is no vector.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension or position.</exception>
        public Tensor<T> IndexSelect(int dimension, Tensor<int> index)
        {
            ArgumentNullException.ThrowIfNull(index);
            int at = x.Shape.Normalize(dimension, "IndexSelect");
            if (index.Rank != 1) throw new ArgumentException($"IndexSelect: the index has shape {index.Shape}; it must be a vector.", nameof(index));
            int[] rows = index.ToArray();
            foreach (int row in rows)
            {
                if ((uint)row >= (uint)x.Shape[at])
                {
                    throw new ArgumentOutOfRangeException(nameof(index), $"IndexSelect: index {row} lies outside dimension {dimension} of shape {x.Shape}; expected 0 to {x.Shape[at] - 1}.");
                }
            }

            return x.Take(x.Shape, x.Shape.With(at, rows.Length), at, rows, null, "IndexSelect");
        }
    }

    /// <summary>
    /// y[o, i, ·] = sign[i]·x[o, index[i], ·] over the dimension at <paramref name="dimension"/> of <paramref name="from"/>, one of the same
    /// number of elements as x's shape; index −1 gives zero; no signs stands for all plus.
    /// </summary>
    internal static Tensor<T> Take<T>(this Tensor<T> x, in Shape from, in Shape to, int dimension, int[] index, sbyte[]? sign, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new TakeMap<T>(x.Shape, from, to, dimension, index, sign, operation).Apply(x);

    /// <summary>The adjoint of <see cref="Take{T}"/> for an x of shape <paramref name="shape"/>.</summary>
    internal static Tensor<T> TakeAdjoint<T>(
        this Tensor<T> y, in Shape shape, in Shape from, in Shape to, int dimension, int[] index, sbyte[]? sign, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new TakeMap<T>(shape, from, to, dimension, index, sign, operation).ApplyAdjoint(y);

    private sealed class TakeMap<T>(Shape shape, Shape from, Shape to, int dimension, int[] index, sbyte[]? sign, string operation) : LinearMap<T>(operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int outer = from.Slice(0, dimension).Count, rows = from[dimension], inner = from.Slice(dimension + 1, from.Rank).Count;

        protected override Tensor<T> Forward(Tensor<T> x)
        {
            Tensor<T> y = Tensor<T>.Uninitialized(to, Name);
            ReadOnlySpan<T> source = x.DenseSpan();
            Span<T> target = y.Buffer;
            for (int o = 0; o < outer; o++)
            {
                Gather.Take(source.Slice(o * rows * inner, rows * inner), rows, index, sign, inner, target.Slice(o * index.Length * inner, index.Length * inner));
            }

            return y;
        }

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Tensor<T> x = Tensor<T>.Zeroed(shape, Name);
            ReadOnlySpan<T> source = y.DenseSpan();
            Span<T> target = x.Buffer;
            for (int o = 0; o < outer; o++)
            {
                Gather.AddTo(source.Slice(o * index.Length * inner, index.Length * inner), index, sign, inner, target.Slice(o * rows * inner, rows * inner), rows);
            }

            return x;
        }
    }
}
