namespace WeightSharing.Tensors;

/// <summary>Any dimensions brought side by side, recorded, for reductions whose gradient depends on where each element stands.</summary>
internal static class ReductionArrangement
{
    /// <summary>
    /// x as [kept, reduced], with the shapes of a result that keeps the reduced dimensions at extent 1 and of one that does not.
    /// </summary>
    /// <param name="x">What to reduce.</param>
    /// <param name="dimensions">Which dimensions; none stands for all.</param>
    /// <param name="operation">Name of the caller, for messages.</param>
    /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
    public static (Tensor<T> Arranged, Shape Kept, Shape Squeezed) Last<T>(Tensor<T> x, ReadOnlySpan<int> dimensions, string operation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        Shape shape = x.Shape;
        Span<bool> reduced = stackalloc bool[Shape.MaximumRank];
        if (dimensions.IsEmpty) reduced.Fill(true);
        foreach (int dimension in dimensions)
        {
            int at = shape.Normalize(dimension, operation);
            if (reduced[at])
            {
                throw new ArgumentException(
                    $"{operation}: dimension {dimension} occurs twice in [{string.Join(", ", dimensions.ToArray())}].");
            }

            reduced[at] = true;
        }

        Span<int> order = stackalloc int[Shape.MaximumRank], ones = stackalloc int[Shape.MaximumRank],
            extents = stackalloc int[Shape.MaximumRank];
        int kept = 0, rows = 1, columns = 1;
        for (int i = 0; i < shape.Rank; i++)
        {
            ones[i] = reduced[i] ? 1 : shape[i];
            if (reduced[i])
            {
                columns *= shape[i];
            }
            else
            {
                rows *= shape[i];
                (order[kept], extents[kept]) = (i, shape[i]);
                kept++;
            }
        }

        int next = kept;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (reduced[i]) order[next++] = i;
        }

        return (x.Permute(order[..shape.Rank]).Reshape([rows, columns]), new Shape(ones[..shape.Rank]), new Shape(extents[..kept]));
    }
}
