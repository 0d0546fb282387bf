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
        var reduced = new ReducedDimensions(x.Shape, dimensions, operation);
        Span<int> order = stackalloc int[Shape.MaximumRank];
        int rank = reduced.WriteOrder(order);
        return (x.Permute(order[..rank]).Reshape([reduced.Results, reduced.Count]), reduced.Kept, reduced.Squeezed);
    }
}
