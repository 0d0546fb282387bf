using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Elements put along a dimension, in each row elsewhere: the opposite of <c>Gather</c>.</summary>
public static class ScatterOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x, and y[i, .., index[i, .., j], ..] = source[i, .., j]       ∂x += ∂y where nothing was put       ∂source += ∂y there
        /// <summary>x with each element of the source in place of the one that the index names; of several for one place the last stays.</summary>
        /// <param name="dimension">Which coordinate the index takes the place of.</param>
        /// <param name="index">Positions from 0: as many dimensions as x, none but this one longer.</param>
        /// <param name="source">What to put, of the index's shape.</param>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension or position.</exception>
        public Tensor<T> Scatter(int dimension, Tensor<int> index, Tensor<T> source)
        {
            int[] positions = Places("Scatter", x, dimension, index, source);
            Tensor<int> from = Tensor.Arange<int>(x.Count);
            for (int i = 0; i < positions.Length; i++) from.Buffer[positions[i]] = x.Count + i;
            return Tensor.Concat([x.Flatten(), source.Flatten()], 0).IndexSelect(0, from).Reshape(x.Shape);
        }

        // y = x, and y[i, .., index[i, .., j], ..] += source[i, .., j]       ∂x += ∂y       ∂source += ∂y there
        /// <summary>x with each element of the source added where the index says; repeats add up.</summary>
        /// <inheritdoc cref="Scatter{T}(Tensor{T}, int, Tensor{int}, Tensor{T})"/>
        public Tensor<T> ScatterAdd(int dimension, Tensor<int> index, Tensor<T> source)
        {
            int[] positions = Places("ScatterAdd", x, dimension, index, source);
            return x + source.TakeAdjoint(x.Shape, x.Count, index.Shape, 0, positions, null, "ScatterAdd");
        }
    }

    private static int[] Places<T>(string operation, Tensor<T> x, int dimension, Tensor<int> index, Tensor<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(source);
        int at = x.Shape.Normalize(dimension, operation);
        bool fits = index.Rank == x.Rank && source.Shape == index.Shape;
        for (int i = 0; fits && i < x.Rank; i++) fits = i == at || index.Shape[i] <= x.Shape[i];
        return fits
            ? GatherOperation.Positions(x.Shape, at, index, operation)
            : throw new ArgumentException(
                $"{operation}: the index {index.Shape} and the source {source.Shape} do not fit x {x.Shape}; both must have one shape of as many dimensions, "
                + $"of which none but dimension {at} may be longer.", nameof(index));
    }
}
