using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>What labels, indices and counts need: comparisons, choices and selection of integers. Nothing here has a gradient.</summary>
public static class IntegersOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryInteger<T>
    {
        /// <summary>a = b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Equal(Tensor<T> b) => Pointwise.Test<T, AreEqual>(a, b, "Equal");

        /// <summary>a = b with a number.</summary>
        public Tensor<bool> Equal(T b) => a.Equal(Tensor.Scalar(b));

        /// <summary>a ≠ b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> NotEqual(Tensor<T> b) => Pointwise.Test<T, AreUnequal>(a, b, "NotEqual");

        /// <summary>a ≠ b with a number.</summary>
        public Tensor<bool> NotEqual(T b) => a.NotEqual(Tensor.Scalar(b));

        /// <summary>a &lt; b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Less(Tensor<T> b) => Pointwise.Test<T, IsLess>(a, b, "Less");

        /// <summary>a &lt; b with a number.</summary>
        public Tensor<bool> Less(T b) => a.Less(Tensor.Scalar(b));

        /// <summary>a ≤ b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> LessOrEqual(Tensor<T> b) => Pointwise.Test<T, IsLessOrEqual>(a, b, "LessOrEqual");

        /// <summary>a ≤ b with a number.</summary>
        public Tensor<bool> LessOrEqual(T b) => a.LessOrEqual(Tensor.Scalar(b));

        /// <summary>a > b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Greater(Tensor<T> b) => Pointwise.Test<T, IsLess>(b, a, "Greater");

        /// <summary>a > b with a number.</summary>
        public Tensor<bool> Greater(T b) => a.Greater(Tensor.Scalar(b));

        /// <summary>a ≥ b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> GreaterOrEqual(Tensor<T> b) => Pointwise.Test<T, IsLessOrEqual>(b, a, "GreaterOrEqual");

        /// <summary>a ≥ b with a number.</summary>
        public Tensor<bool> GreaterOrEqual(T b) => a.GreaterOrEqual(Tensor.Scalar(b));

        // y[.., i, ..] = a[.., index[i], ..]
        /// <summary>Positions of one dimension, in any order and with repeats: labels in the order of a shuffle.</summary>
        /// <param name="dimension">Which dimension.</param>
        /// <param name="index">A vector of positions from 0.</param>
        /// <exception cref="ArgumentException">The index is no vector.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension or position.</exception>
        public Tensor<T> IndexSelect(int dimension, Tensor<int> index)
        {
            ArgumentNullException.ThrowIfNull(index);
            int at = a.Shape.Normalize(dimension, "IndexSelect");
            if (index.Rank != 1) throw new ArgumentException($"IndexSelect: the index has shape {index.Shape}; it must be a vector.", nameof(index));
            Tensor<T> y = Tensor<T>.Uninitialized(a.Shape.With(at, index.Count), "IndexSelect");
            int rows = a.Shape[at], outer = a.Shape.Slice(0, at).Count, inner = a.Shape.Slice(at + 1, a.Rank).Count;
            ReadOnlySpan<int> picked = index.DenseSpan();
            ReadOnlySpan<T> source = a.DenseSpan();
            for (int i = 0; i < picked.Length; i++)
            {
                if ((uint)picked[i] >= (uint)rows)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(index), $"IndexSelect: index {picked[i]} lies outside dimension {dimension} of shape {a.Shape}; expected 0 to {rows - 1}.");
                }

                for (int o = 0; o < outer; o++)
                {
                    source.Slice((o * rows + picked[i]) * inner, inner).CopyTo(y.Buffer.Slice((o * picked.Length + i) * inner, inner));
                }
            }

            return y;
        }
    }

    extension(Tensor)
    {
        /// <summary><paramref name="a"/> where the condition holds, else <paramref name="b"/>; the three broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> Where<T>(Tensor<bool> condition, Tensor<T> a, Tensor<T> b)
            where T : unmanaged, IBinaryInteger<T>
        {
            ArgumentNullException.ThrowIfNull(condition);
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            Shape shape = Shape.Broadcast(Shape.Broadcast(condition.Shape, a.Shape, "Where"), b.Shape, "Where");
            Tensor<T> y = Tensor<T>.Uninitialized(shape, "Where");
            ReadOnlySpan<bool> holds = Pointwise.Spread(condition, shape);
            ReadOnlySpan<T> left = Pointwise.Spread(a, shape), right = Pointwise.Spread(b, shape);
            Span<T> result = y.Buffer;
            for (int i = 0; i < result.Length; i++) result[i] = holds[i] ? left[i] : right[i];
            return y;
        }
    }

    extension(Tensor)
    {
        /// <summary>For each axis the coordinates of all points of the grid: vectors of n₀, n₁, .. → as many views [n₀, n₁, ..].</summary>
        /// <param name="axes">Vectors; a scalar counts as one of length 1.</param>
        /// <exception cref="ArgumentException">An axis has more than one dimension.</exception>
        public static Tensor<T>[] Meshgrid<T>(params ReadOnlySpan<Tensor<T>> axes)
            where T : unmanaged, IBinaryInteger<T>
        {
            Shape grid = MeshgridOperation.Grid(axes);
            var views = new Tensor<T>[axes.Length];
            Span<int> strides = stackalloc int[Shape.MaximumRank];
            for (int d = 0; d < axes.Length; d++)
            {
                Tensor<T> axis = MeshgridOperation.Spread(axes[d], d, grid);
                axis.BroadcastStrides(grid, strides);
                views[d] = axis.View(grid, axis.Offset, strides[..grid.Rank]);
            }

            return views;
        }
    }
}
