using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Coordinates of grids.</summary>
public static class MeshgridOperation
{
    extension(Tensor)
    {
        // y_d[i₀, i₁, ..] = axis_d[i_d]       ∂axis_d[i] += Σ ∂y_d over the other dimensions
        /// <summary>
        /// For each axis the coordinates of all points of the grid: vectors of n₀, n₁, .. → as many views [n₀, n₁, ..], which PyTorch calls indexing
        /// "ij". <c>Transpose</c> of the first two dimensions gives "xy".
        /// </summary>
        /// <param name="axes">Vectors; a scalar counts as one of length 1.</param>
        /// <exception cref="ArgumentException">An axis has more than one dimension.</exception>
        public static Tensor<T>[] Meshgrid<T>(params ReadOnlySpan<Tensor<T>> axes)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape grid = Grid(axes);
            var views = new Tensor<T>[axes.Length];
            for (int d = 0; d < axes.Length; d++) views[d] = Spread(axes[d], d, grid).BroadcastTo(grid);
            return views;
        }
    }

    internal static Shape Grid<T>(ReadOnlySpan<Tensor<T>> axes)
        where T : unmanaged
    {
        Span<int> extents = stackalloc int[axes.Length];
        for (int d = 0; d < axes.Length; d++)
        {
            ArgumentNullException.ThrowIfNull(axes[d]);
            if (axes[d].Rank > 1) throw new ArgumentException($"Meshgrid: axis {d} has shape {axes[d].Shape}; it must be a vector.", nameof(axes));
            extents[d] = axes[d].Count;
        }

        return new Shape(extents);
    }

    internal static Tensor<T> Spread<T>(Tensor<T> axis, int dimension, in Shape grid)
        where T : unmanaged
    {
        Span<int> extents = stackalloc int[grid.Rank];
        extents.Fill(1);
        extents[dimension] = axis.Count;
        return axis.Reshape(extents);
    }
}
