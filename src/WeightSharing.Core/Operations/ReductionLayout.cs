namespace WeightSharing.Tensors;

/// <summary>
/// A tensor arranged for a reduction: dense, with the reduced dimensions side by side, as the [outer, count, inner] that the kernels reduce
/// over the middle of.
/// </summary>
internal readonly ref struct ReductionLayout<T>
    where T : unmanaged
{
    /// <param name="x">What to reduce.</param>
    /// <param name="dimensions">Which dimensions, in any order; none stands for all.</param>
    /// <param name="operation">Name of the caller, for messages.</param>
    /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
    public ReductionLayout(Tensor<T> x, ReadOnlySpan<int> dimensions, string operation)
    {
        Shape shape = x.Shape;
        Span<bool> reduced = stackalloc bool[Shape.MaximumRank];
        if (dimensions.IsEmpty) reduced[..shape.Rank].Fill(true);
        foreach (int dimension in dimensions)
        {
            int at = shape.Normalize(dimension, operation);
            if (reduced[at]) throw new ArgumentException($"{operation}: dimension {dimension} occurs twice in [{string.Join(", ", dimensions.ToArray())}].");
            reduced[at] = true;
        }

        Span<int> order = stackalloc int[Shape.MaximumRank], kept = stackalloc int[Shape.MaximumRank], ones = stackalloc int[Shape.MaximumRank];
        int first = -1, last = -1, keptCount = 0;
        for (int i = 0; i < shape.Rank; i++)
        {
            ones[i] = reduced[i] ? 1 : shape[i];
            if (!reduced[i]) kept[keptCount++] = i;
            else (first, last) = (first < 0 ? i : first, i);
        }

        KeptShape = new Shape(ones[..shape.Rank]);
        Span<int> extents = stackalloc int[Shape.MaximumRank];
        for (int i = 0; i < keptCount; i++) extents[i] = shape[kept[i]];
        SqueezedShape = new Shape(extents[..keptCount]);

        bool adjacent = true;
        for (int i = first; i >= 0 && i <= last; i++) adjacent &= reduced[i];
        if (adjacent)
        {
            Values = x.DenseSpan();
            (Outer, Count, Inner) = first < 0
                ? (shape.Count, 1, 1)
                : (shape.Slice(0, first).Count, shape.Slice(first, last + 1).Count, shape.Slice(last + 1, shape.Rank).Count);
            return;
        }

        kept[..keptCount].CopyTo(order);
        int next = keptCount;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (reduced[i]) order[next++] = i;
        }

        Values = x.Detach().Permute(order[..shape.Rank]).DenseSpan();
        Outer = SqueezedShape.Count;
        Inner = 1;
        int count = 1;
        for (int i = keptCount; i < shape.Rank; i++) count *= shape[order[i]];
        Count = count;
    }

    public ReadOnlySpan<T> Values { get; }

    public int Outer { get; }

    public int Count { get; }

    public int Inner { get; }

    /// <summary>The result's shape with extents of 1 where dimensions were reduced.</summary>
    public Shape KeptShape { get; }

    /// <summary>The result's shape without the reduced dimensions.</summary>
    public Shape SqueezedShape { get; }
}
