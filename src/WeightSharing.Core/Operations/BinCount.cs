using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>How often each number from 0 occurs.</summary>
public static class BinCountOperation
{
    extension(Tensor<int> x)
    {
        /// <summary>How often each number from 0 to the largest occurs: a vector.</summary>
        /// <param name="minimumLength">The least length of the result, zeros beyond the largest number.</param>
        /// <exception cref="ArgumentOutOfRangeException">A number or the length is negative.</exception>
        public Tensor<int> BinCount(int minimumLength = 0)
        {
            Tensor<int> y = Tensor<int>.Zeroed(Bins(x, minimumLength), "BinCount");
            Span<int> counts = y.Buffer;
            foreach (int bin in x.DenseSpan()) counts[bin]++;
            return y;
        }

        // y[b] = Σ w[i] over x[i] = b       ∂w[i] += ∂y[x[i]]
        /// <summary>The sum of the weights of each number from 0 to the largest; differentiable in the weights.</summary>
        /// <param name="weights">One for each element, of x's shape.</param>
        /// <param name="minimumLength">The least length of the result, zeros beyond the largest number.</param>
        /// <exception cref="ArgumentException">The weights have another shape.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number or the length is negative.</exception>
        public Tensor<T> BinCount<T>(Tensor<T> weights, int minimumLength = 0)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(weights);
            int bins = Bins(x, minimumLength);
            return weights.Shape == x.Shape
                ? Tensor.Zeros<T>(bins).IndexAdd(0, x.Flatten(), weights.Flatten())
                : throw new ArgumentException($"BinCount: weights {weights.Shape} for numbers {x.Shape}; the shapes must be equal.", nameof(weights));
        }
    }

    private static int Bins(Tensor<int> x, int minimumLength)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (minimumLength < 0) throw new ArgumentOutOfRangeException(nameof(minimumLength), $"BinCount: minimum length {minimumLength}; it must not be negative.");
        int bins = minimumLength;
        foreach (int bin in x.DenseSpan())
        {
            if (bin < 0) throw new ArgumentOutOfRangeException(nameof(x), $"BinCount: number {bin} in {x.Shape}; none may be negative.");
            bins = Math.Max(bins, bin + 1);
        }

        return bins;
    }
}
