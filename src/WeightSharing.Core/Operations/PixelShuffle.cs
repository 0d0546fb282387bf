namespace WeightSharing.Tensors;

/// <summary>Channels that become pixels of a finer grid, and back.</summary>
public static class PixelShuffleOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        // y[.., c, i·r + u, j·r + v] = x[.., (c·r + u)·r + v, i, j]
        /// <summary>Blocks of r² channels as r × r pixels (Shi et al. 2016): [.., C·r², H, W] → [.., C, H·r, W·r].</summary>
        /// <param name="factor">r.</param>
        /// <exception cref="ArgumentException">Fewer than three dimensions, or channels that r² does not divide.</exception>
        /// <exception cref="ArgumentOutOfRangeException">r is below 1.</exception>
        public Tensor<T> PixelShuffle(int factor)
        {
            (int images, int channels, int height, int width) = Parts("PixelShuffle", x, factor);
            if (channels % (factor * factor) != 0)
            {
                throw new ArgumentException($"PixelShuffle: input {x.Shape} with factor {factor}; {factor * factor} must divide the {channels} channels.");
            }

            int maps = channels / (factor * factor);
            Shape result = x.Shape.Slice(0, x.Rank - 3).Concat([maps, height * factor, width * factor]);
            return x.Reshape(images * maps, factor, factor, height, width).Permute(0, 3, 1, 4, 2).Reshape(result);
        }

        // y[.., (c·r + u)·r + v, i, j] = x[.., c, i·r + u, j·r + v]
        /// <summary>Blocks of r × r pixels as r² channels, the opposite of <see cref="PixelShuffle{T}"/>: [.., C, H·r, W·r] → [.., C·r², H, W].</summary>
        /// <param name="factor">r.</param>
        /// <exception cref="ArgumentException">Fewer than three dimensions, or a height or width that r does not divide.</exception>
        /// <exception cref="ArgumentOutOfRangeException">r is below 1.</exception>
        public Tensor<T> PixelUnshuffle(int factor)
        {
            (int images, int channels, int height, int width) = Parts("PixelUnshuffle", x, factor);
            if (height % factor != 0 || width % factor != 0)
            {
                throw new ArgumentException($"PixelUnshuffle: input {x.Shape} with factor {factor}; it must divide height and width.");
            }

            (height, width) = (height / factor, width / factor);
            Shape result = x.Shape.Slice(0, x.Rank - 3).Concat([channels * factor * factor, height, width]);
            return x.Reshape(images * channels, height, factor, width, factor).Permute(0, 2, 4, 1, 3).Reshape(result);
        }
    }

    private static (int Images, int Channels, int Height, int Width) Parts<T>(string operation, Tensor<T> x, int factor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        if (factor < 1) throw new ArgumentOutOfRangeException(nameof(factor), $"{operation}: factor {factor}; it must be at least 1.");
        return x.Rank >= 3
            ? (x.Shape.Slice(0, x.Rank - 3).Count, x.Shape[-3], x.Shape[-2], x.Shape[-1])
            : throw new ArgumentException($"{operation}: input {x.Shape}; expected [.., C, H, W].");
    }
}
