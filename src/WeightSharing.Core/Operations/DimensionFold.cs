namespace WeightSharing.Tensors;

/// <summary>Reductions along one dimension of elements that have no gradient: booleans, integers, counts.</summary>
internal static class DimensionFold
{
    /// <summary>f(.. f(f(start, x₀), x₁) ..) of the elements along a dimension in order; start where it is empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public static Tensor<TResult> Run<T, TResult>(
        Tensor<T> x, int dimension, bool keepDimensions, TResult start, Func<TResult, T, TResult> f, string operation)
        where T : unmanaged
        where TResult : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        int at = x.Shape.Normalize(dimension, operation);
        (int outer, int count, int inner) = SoftmaxOperation.Cut(x.Shape, at);
        Tensor<TResult> result = Tensor<TResult>.Uninitialized(keepDimensions ? x.Shape.With(at, 1) : x.Shape.Without(at), operation);
        result.Buffer.Fill(start);
        ReadOnlySpan<T> values = x.DenseSpan();
        for (int o = 0; o < outer; o++)
        {
            Span<TResult> y = result.Buffer.Slice(o * inner, inner);
            for (int k = 0; k < count; k++)
            {
                ReadOnlySpan<T> row = values.Slice((o * count + k) * inner, inner);
                for (int i = 0; i < row.Length; i++) y[i] = f(y[i], row[i]);
            }
        }

        return result;
    }
}
