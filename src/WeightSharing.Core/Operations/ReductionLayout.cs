namespace WeightSharing.Tensors;

/// <summary>
/// A tensor arranged for a reduction: dense, with the reduced dimensions side by side, as the [outer, count, inner] that the kernels reduce
/// over the middle of.
/// </summary>
internal readonly ref struct ReductionLayout<T>
    where T : unmanaged
{
    private readonly ReducedDimensions reduced;

    /// <param name="x">What to reduce.</param>
    /// <param name="dimensions">Which dimensions, in any order; none stands for all.</param>
    /// <param name="operation">Name of the caller, for messages.</param>
    /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
    public ReductionLayout(Tensor<T> x, ReadOnlySpan<int> dimensions, string operation)
    {
        reduced = new ReducedDimensions(x.Shape, dimensions, operation);
        if (reduced.AreAll)
        {
            Values = x.DenseSpan();
            (Outer, Count, Inner) = (1, Values.Length, 1);
            return;
        }

        Count = reduced.Count;
        if (reduced.AreAdjacent)
        {
            Values = x.DenseSpan();
            (Outer, Inner) = (1, 1);
            for (int i = 0; i < reduced.First; i++) Outer *= x.Shape[i];
            for (int i = reduced.End; i < x.Rank; i++) Inner *= x.Shape[i];
            return;
        }

        Span<int> order = stackalloc int[Shape.MaximumRank];
        int rank = reduced.WriteOrder(order);
        Values = x.Detach().Permute(order[..rank]).DenseSpan();
        (Outer, Inner) = (reduced.Results, 1);
    }

    public ReadOnlySpan<T> Values { get; }

    public int Outer { get; }

    public int Count { get; }

    public int Inner { get; }

    /// <summary>The result's shape with extents of 1 where dimensions were reduced.</summary>
    public Shape KeptShape => reduced.Kept;

    /// <summary>The result's shape without the reduced dimensions.</summary>
    public Shape SqueezedShape => reduced.Squeezed;
}
