using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Quantiles, between two elements on the line from one to the other.</summary>
public static class QuantileOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The quantile of all elements, a scalar: 0 gives the smallest, 0.5 the median, 1 the largest.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The probability lies outside 0 … 1.</exception>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Quantile(double probability) => Run(x, [probability], []).Reshape([]);

        /// <summary>The quantile along one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or the probability lies outside 0 … 1.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<T> Quantile(double probability, int dimension, bool keepDimensions = false) =>
            x.Quantile([probability], dimension, keepDimensions).Squeeze(0);

        // y = s[⌊p⌋] + (p − ⌊p⌋)·(s[⌊p⌋ + 1] − s[⌊p⌋]), s in order, p = probability·(n − 1)       ∂x by the same weights
        /// <summary>
        /// Quantiles along one dimension, one after the other in a new first dimension, between two elements by linear interpolation; NaN where there
        /// is one.
        /// </summary>
        /// <param name="probabilities">Numbers from 0 to 1.</param>
        /// <param name="dimension">Which dimension.</param>
        /// <param name="keepDimensions">Keeps the reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or a probability lies outside 0 … 1.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<T> Quantile(ReadOnlySpan<double> probabilities, int dimension, bool keepDimensions = false) =>
            Run(x, probabilities, [dimension], keepDimensions);
    }

    private static Tensor<T> Run<T>(Tensor<T> x, ReadOnlySpan<double> probabilities, ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Tensor<T> rows, Shape kept, Shape squeezed) = ReductionArrangement.Last(x, dimensions, "Quantile");
        int last = rows.Shape[1] - 1;
        if (last < 0) throw new InvalidOperationException($"Quantile: the reduced dimensions of shape {x.Shape} are empty; the quantile of nothing is undefined.");
        int[] low = new int[probabilities.Length], high = new int[probabilities.Length];
        var fraction = new T[probabilities.Length];
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(probabilities), $"Quantile: probability {probabilities[i]}; expected 0 to 1.");
            }

            double place = probabilities[i] * last;
            low[i] = (int)place;
            high[i] = Math.Min(low[i] + 1, last);
            fraction[i] = T.CreateChecked(place - low[i]);
        }

        Tensor<T> sorted = rows.Sort(1).Values;
        Tensor<T> y = sorted.IndexSelect(1, Tensor.From(low)).Lerp(sorted.IndexSelect(1, Tensor.From(high)), Tensor.From(fraction));
        Tensor<bool> undefined = sorted.Slice(1, last, last + 1).IsNaN();
        if (undefined.Any()) y = y.MaskedFill(undefined, T.NaN);
        return y.Transpose().Reshape(new Shape(probabilities.Length).Concat(keepDimensions ? kept : squeezed));
    }
}
