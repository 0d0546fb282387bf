using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Elements that a mask names: filled, or picked out.</summary>
public static class MaskedOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = value where the mask holds, else x       ∂x += ∂y elsewhere
        /// <summary><paramref name="value"/> where the mask holds, else x: −∞ before a softmax, for instance.</summary>
        /// <param name="mask">Broadcasts to the shape of x.</param>
        /// <param name="value">What to put there.</param>
        /// <exception cref="ArgumentException">The mask does not broadcast to x.</exception>
        public Tensor<T> MaskedFill(Tensor<bool> mask, T value)
        {
            Require("MaskedFill", x, mask);
            return Tensor.Where(mask, Tensor.Scalar(value), x);
        }

        // y = x[mask], in row-major order       ∂x[mask] += ∂y
        /// <summary>The elements where the mask holds, as a vector in row-major order.</summary>
        /// <param name="mask">Broadcasts to the shape of x.</param>
        /// <exception cref="ArgumentException">The mask does not broadcast to x.</exception>
        public Tensor<T> MaskedSelect(Tensor<bool> mask)
        {
            Require("MaskedSelect", x, mask);
            return x.Flatten().IndexSelect(0, Positions(Pointwise.Spread(mask, x.Shape)));
        }
    }

    extension(Tensor<bool> mask)
    {
        /// <summary>The positions where the mask holds, one row each, in row-major order: [holding, rank].</summary>
        public Tensor<int> NonZero()
        {
            ReadOnlySpan<int> flat = Positions(mask.DenseSpan()).Buffer;
            Tensor<int> y = Tensor<int>.Uninitialized([flat.Length, mask.Rank], "NonZero");
            for (int i = 0; i < flat.Length; i++)
            {
                for (int d = mask.Rank - 1, rest = flat[i]; d >= 0; d--) (rest, y.Buffer[i * mask.Rank + d]) = Math.DivRem(rest, mask.Shape[d]);
            }

            return y;
        }

        /// <summary>How many elements hold.</summary>
        public int CountTrue() => mask.DenseSpan().Count(true);
    }

    private static Tensor<int> Positions(ReadOnlySpan<bool> mask)
    {
        Tensor<int> y = Tensor<int>.Uninitialized(mask.Count(true), "mask");
        for (int i = 0, next = 0; i < mask.Length; i++)
        {
            if (mask[i]) y.Buffer[next++] = i;
        }

        return y;
    }

    private static void Require<T>(string operation, Tensor<T> x, Tensor<bool> mask)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(mask);
        if (!mask.Shape.BroadcastsTo(x.Shape)) throw new ArgumentException($"{operation}: the mask {mask.Shape} does not broadcast to x {x.Shape}.", nameof(mask));
    }
}
