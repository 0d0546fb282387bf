using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Largest and smallest elements over dimensions, and where they are. NaN wins over every number.</summary>
public static class ExtremumOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The largest element, a scalar; equal ones share the gradient.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Max() => x.Max([]);

        /// <summary>The largest element along one dimension; of equal ones the first gets the gradient.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<T> Max(int dimension, bool keepDimensions = false) =>
            Extreme<T, Largest<T>>(x, [dimension], keepDimensions, shared: false);

        /// <summary>The largest element over some dimensions; equal ones share the gradient.</summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimensions are empty.</exception>
        public Tensor<T> Max(ReadOnlySpan<int> dimensions, bool keepDimensions = false) =>
            Extreme<T, Largest<T>>(x, dimensions, keepDimensions, shared: true);

        /// <summary>The smallest element, a scalar; equal ones share the gradient.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Min() => x.Min([]);

        /// <summary>The smallest element along one dimension; of equal ones the first gets the gradient.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<T> Min(int dimension, bool keepDimensions = false) =>
            Extreme<T, Smallest<T>>(x, [dimension], keepDimensions, shared: false);

        /// <summary>The smallest element over some dimensions; equal ones share the gradient.</summary>
        /// <inheritdoc cref="Max{T}(Tensor{T}, ReadOnlySpan{int}, bool)"/>
        public Tensor<T> Min(ReadOnlySpan<int> dimensions, bool keepDimensions = false) =>
            Extreme<T, Smallest<T>>(x, dimensions, keepDimensions, shared: true);

        /// <summary>The row-major position of the first largest element.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<int> ArgMax() => Position<T, Largest<T>>(x.Detach().Flatten(), 0, false, "ArgMax");

        /// <summary>The position of the first largest element along one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<int> ArgMax(int dimension, bool keepDimensions = false) =>
            Position<T, Largest<T>>(x, dimension, keepDimensions, "ArgMax");

        /// <summary>The row-major position of the first smallest element.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<int> ArgMin() => Position<T, Smallest<T>>(x.Detach().Flatten(), 0, false, "ArgMin");

        /// <summary>The position of the first smallest element along one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<int> ArgMin(int dimension, bool keepDimensions = false) =>
            Position<T, Smallest<T>>(x, dimension, keepDimensions, "ArgMin");
    }

    // y = x[k*] with k* the first extremal position       ∂x[k*] += ∂y, or all m extremal positions += ∂y / m where they share, as in PyTorch:
    // one dimension goes with ArgMax, which names one of them; over all or several there is no such partner.
    private static Tensor<T> Extreme<T, TOrder>(Tensor<T> x, ReadOnlySpan<int> dimensions, bool keepDimensions, bool shared)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IOrder<T>
    {
        // Any dimensions become one, side by side and last.
        (Tensor<T> arranged, Shape kept, Shape squeezed) = ReductionArrangement.Last(x, dimensions, TOrder.Name);
        int count = arranged.Shape[1];
        Tensor<T> y = Tensor<T>.Uninitialized(arranged.Shape[0], TOrder.Name);
        Tensor<int> index = Tensor<int>.Uninitialized(y.Shape, TOrder.Name);
        Reduce<T, TOrder>(arranged.Shape[0], count, 1, arranged.DenseSpan(), y.Buffer, index.Buffer, x.Shape, TOrder.Name);
        return Picked(arranged, y, index, shared, TOrder.Name).Reshape(keepDimensions ? kept : squeezed);
    }

    /// <summary>
    /// What was picked of each row of [rows, count], with its history: the gradient goes to the index, or in equal parts to all elements like it.
    /// </summary>
    internal static Tensor<T> Picked<T>(Tensor<T> rows, Tensor<T> values, Tensor<int> index, bool shared, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!Graph.Records(rows)) return values;
        int count = rows.Shape[1];
        if (shared && Shares(rows.DenseSpan(), values.Buffer, count) is { } shares) return values.From(new SharedNode<T>(rows, shares, operation));
        // What is picked is decided once; from then on the operation is linear, a selection.
        int[] positions = index.ToArray();
        for (int i = 0; i < positions.Length; i++) positions[i] += i * count;
        return rows.Take(rows.Count, values.Shape, 0, positions, null, operation);
    }

    /// <summary>1 / m at the m elements of each row that equal its extremum, else 0; null where every m is 1.</summary>
    private static Tensor<T>? Shares<T>(ReadOnlySpan<T> rows, ReadOnlySpan<T> extrema, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>? shares = null;
        for (int i = 0; i < extrema.Length; i++)
        {
            ReadOnlySpan<T> row = rows.Slice(i * count, count);
            int ties = 0;
            foreach (T value in row) ties += value.Equals(extrema[i]) ? 1 : 0;
            if (shares is null)
            {
                if (ties <= 1) continue;
                shares = Tensor<T>.Zeroed([extrema.Length, count], "Extremum");
                for (int k = 0; k < i; k++) Mark(rows.Slice(k * count, count), extrema[k], T.One, shares.Buffer.Slice(k * count, count));
            }

            Mark(row, extrema[i], T.One / T.CreateChecked(ties), shares.Buffer.Slice(i * count, count));
        }

        return shares;
    }

    private static void Mark<T>(ReadOnlySpan<T> row, T extremum, T share, Span<T> shares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k < row.Length; k++) shares[k] = row[k].Equals(extremum) ? share : T.Zero;
    }

    private sealed class SharedNode<T>(Tensor<T> x, Tensor<T> shares, string operation) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override string Name => operation;

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, dy.Unsqueeze(-1) * shares);
    }

    private static Tensor<int> Position<T, TOrder>(Tensor<T> x, int dimension, bool keepDimensions, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IOrder<T>
    {
        int at = x.Shape.Normalize(dimension, operation);
        (int outer, int count, int inner) = SoftmaxOperation.Cut(x.Shape, at);
        Tensor<int> index = Tensor<int>.Uninitialized(keepDimensions ? x.Shape.With(at, 1) : x.Shape.Without(at), operation);
        Tensor<T> values = Tensor<T>.Uninitialized(index.Shape, operation);
        Reduce<T, TOrder>(outer, count, inner, x.DenseSpan(), values.Buffer, index.Buffer, x.Shape, operation);
        return index;
    }

    private static void Reduce<T, TOrder>(
        int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> values, Span<int> index, in Shape shape, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IOrder<T>
    {
        if (count == 0 && values.Length > 0)
        {
            throw new InvalidOperationException(
                $"{operation}: the reduced dimensions of shape {shape} are empty; the extremum of nothing is undefined.");
        }

        TOrder.Reduce(outer, count, inner, x, values, index);
    }

    private interface IOrder<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        static abstract string Name { get; }

        static abstract void Reduce(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices);
    }

    private readonly struct Largest<T> : IOrder<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static string Name => "Max";

        public static void Reduce(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices) =>
            Reduction.Max(outer, count, inner, x, y, indices);
    }

    private readonly struct Smallest<T> : IOrder<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static string Name => "Min";

        public static void Reduce(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices) =>
            Reduction.Min(outer, count, inner, x, y, indices);
    }
}
