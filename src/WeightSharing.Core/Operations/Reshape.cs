using System.Runtime.CompilerServices;

namespace WeightSharing.Tensors;

/// <summary>The same elements, in row-major order, under another shape.</summary>
public static class ReshapeOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        /// <summary>
        /// The elements in row-major order under another shape: a view when contiguous, or when only dimensions of extent 1 come and go; else a copy.
        /// </summary>
        /// <param name="shape">As many elements; one extent may be −1 and is worked out.</param>
        /// <exception cref="ArgumentException">The number of elements differs.</exception>
        [OverloadResolutionPriority(1)]
        public Tensor<T> Reshape(params ReadOnlySpan<int> shape)
        {
            Shape wanted = Complete(x.Shape, shape);
            return wanted == x.Shape ? x : new ReshapeMap<T>(x.Shape, wanted).Apply(x);
        }

        /// <summary>As <see cref="Reshape{T}(Tensor{T}, ReadOnlySpan{int})"/>, to a complete shape.</summary>
        public Tensor<T> Reshape(Shape shape) => x.Reshape(shape.Span);

        /// <summary>The tensor itself when its elements lie densely in row-major order, else a dense copy that gradients flow through.</summary>
        public Tensor<T> Contiguous() => x.IsContiguous ? x : new ContiguousMap<T>().Apply(x);

        /// <summary>Dimensions from <paramref name="start"/> to <paramref name="end"/> (both included) as one.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Flatten(int start = 0, int end = -1)
        {
            if (x.Rank == 0) return x.Reshape([1]);
            int from = x.Shape.Normalize(start, "Flatten"), to = x.Shape.Normalize(end, "Flatten");
            if (from > to) throw new ArgumentOutOfRangeException(nameof(start), $"Flatten: start {start} lies after end {end} in shape {x.Shape}.");
            return x.Reshape(x.Shape.Slice(0, from).Concat(x.Shape.Slice(from, to + 1).Count).Concat(x.Shape.Slice(to + 1, x.Rank)));
        }

        /// <summary>A dimension of extent 1 put in before position <paramref name="dimension"/>, as a view; −1 appends one.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
        public Tensor<T> Unsqueeze(int dimension)
        {
            int position = dimension < 0 ? dimension + x.Rank + 1 : dimension;
            if ((uint)position > (uint)x.Rank)
            {
                throw new ArgumentOutOfRangeException(nameof(dimension), $"Unsqueeze: position {dimension} does not exist for shape {x.Shape}; expected {-x.Rank - 1} to {x.Rank}.");
            }

            return x.Reshape(x.Shape.Insert(position, 1));
        }

        /// <summary>Without dimension <paramref name="dimension"/>, whose extent is 1; a view.</summary>
        /// <exception cref="ArgumentException">The extent is not 1.</exception>
        public Tensor<T> Squeeze(int dimension)
        {
            int position = x.Shape.Normalize(dimension, "Squeeze");
            if (x.Shape[position] != 1)
            {
                throw new ArgumentException($"Squeeze: dimension {dimension} of shape {x.Shape} has extent {x.Shape[position]}; only an extent of 1 can go.", nameof(dimension));
            }

            return x.Reshape(x.Shape.Without(position));
        }
    }

    private static Shape Complete(in Shape from, ReadOnlySpan<int> wanted)
    {
        int open = wanted.IndexOf(-1);
        if (open >= 0)
        {
            int known = 1;
            for (int i = 0; i < wanted.Length; i++)
            {
                if (i != open) known = checked(known * wanted[i]);
            }

            if (known <= 0 || from.Count % known != 0 || wanted[(open + 1)..].Contains(-1))
            {
                throw new ArgumentException(
                    $"Reshape: {from} ({from.Count} elements) does not divide into [{string.Join(", ", wanted.ToArray())}]; one extent may be −1, and the others must divide the number of elements.");
            }

            int[] complete = wanted.ToArray();
            complete[open] = from.Count / known;
            return new Shape(complete);
        }

        var shape = new Shape(wanted);
        return shape.Count == from.Count
            ? shape
            : throw new ArgumentException($"Reshape: {from} has {from.Count} elements, {shape} has {shape.Count}; they must be equal.");
    }

    private sealed class ReshapeMap<T>(Shape from, Shape to) : LinearMap<T>("Reshape")
        where T : unmanaged
    {
        protected override Tensor<T> Forward(Tensor<T> x) => Rearranged(x, to);

        protected override Tensor<T> Adjoint(Tensor<T> y) => Rearranged(y, from);

        private static Tensor<T> Rearranged(Tensor<T> x, in Shape shape)
        {
            Span<int> strides = stackalloc int[Shape.MaximumRank];
            if (!x.IsContiguous && KeepsStrides(x, shape, strides)) return x.View(shape, x.Offset, strides[..shape.Rank]);
            Tensor<T> dense = x.Dense();
            return new Tensor<T>(dense.Storage, shape, dense.Offset);
        }

        // Extents other than 1 in the same order keep their strides; the stride of an extent of 1 is never used.
        private static bool KeepsStrides(Tensor<T> x, in Shape shape, Span<int> strides)
        {
            Span<int> own = stackalloc int[Shape.MaximumRank];
            x.CopyStrides(own);
            int next = 0;
            for (int i = 0; i < shape.Rank; i++)
            {
                if (shape[i] == 1) continue;
                while (next < x.Rank && x.Shape[next] == 1) next++;
                if (next == x.Rank || x.Shape[next] != shape[i]) return false;
                strides[i] = own[next++];
            }

            return true;
        }
    }

    private sealed class ContiguousMap<T>() : LinearMap<T>("Contiguous")
        where T : unmanaged
    {
        protected override Tensor<T> Forward(Tensor<T> x) => x.Dense();

        protected override Tensor<T> Adjoint(Tensor<T> y) => y.Detach();
    }
}
