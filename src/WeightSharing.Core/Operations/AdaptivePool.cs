using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>
/// Means and maxima over a grid of windows that cover the input, whatever its size: window i of n takes positions ⌊i·L/n⌋ to ⌈(i + 1)·L/n⌉ − 1, so that
/// neighbours may overlap.
/// </summary>
public static class AdaptivePoolOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = R·x·Kᵀ: rows and columns are averaged apart, since a window is their product.
        /// <summary>Means over a grid of windows: [N, C, H, W] → [N, C, height, width], or of one image [C, H, W] → [C, height, width].</summary>
        /// <exception cref="ArgumentException">No image, or a grid without windows.</exception>
        public Tensor<T> AdaptiveAveragePool2d(Size2 size)
        {
            Check("AdaptiveAveragePool2d", x, size);
            return Means<T>(size.Height, x.Shape[-2]).MatMul(x).MatMul(Means<T>(size.Width, x.Shape[-1]).Transpose());
        }

        /// <summary>Means over windows of sequences: [N, C, L] → [N, C, count], or of one [C, L] → [C, count].</summary>
        /// <exception cref="ArgumentException">No sequence, or no windows.</exception>
        public Tensor<T> AdaptiveAveragePool1d(int count) => AsRow("AdaptiveAveragePool1d", x, count).AdaptiveAveragePool2d((1, count)).Squeeze(-2);

        // y[p] = x[argmax]       ∂x[argmax] += ∂y[p]
        /// <summary>
        /// Maxima over a grid of windows: [N, C, H, W] → [N, C, height, width], or of one image [C, H, W] → [C, height, width]. Of equal maxima the first in
        /// row-major order gets the gradient; NaN wins over every number.
        /// </summary>
        /// <exception cref="ArgumentException">No image, or a grid without windows.</exception>
        public Tensor<T> AdaptiveMaxPool2d(Size2 size)
        {
            Check("AdaptiveMaxPool2d", x, size);
            int height = x.Shape[-2], width = x.Shape[-1], planes = height * width == 0 ? 0 : x.Count / (height * width), next = 0;
            var positions = new int[planes * size.Area];
            ReadOnlySpan<T> values = x.DenseSpan();
            for (int plane = 0; plane < planes; plane++)
            {
                for (int i = 0; i < size.Height; i++)
                {
                    for (int j = 0; j < size.Width; j++)
                    {
                        (int top, int bottom) = Window(i, size.Height, height);
                        (int left, int right) = Window(j, size.Width, width);
                        int best = (plane * height + top) * width + left;
                        for (int row = top; row < bottom; row++)
                        {
                            for (int at = (plane * height + row) * width + left, end = at + right - left; at < end; at++)
                            {
                                if (values[at] > values[best] || T.IsNaN(values[at]) && !T.IsNaN(values[best])) best = at;
                            }
                        }

                        positions[next++] = best;
                    }
                }
            }

            // Which elements are the largest is decided once; from then on the operation is linear, a selection.
            return x.Take(x.Count, x.Shape.Slice(0, x.Rank - 2).Concat([size.Height, size.Width]), 0, positions, null, "AdaptiveMaxPool2d");
        }

        /// <summary>Maxima over windows of sequences: [N, C, L] → [N, C, count], or of one [C, L] → [C, count].</summary>
        /// <exception cref="ArgumentException">No sequence, or no windows.</exception>
        public Tensor<T> AdaptiveMaxPool1d(int count) => AsRow("AdaptiveMaxPool1d", x, count).AdaptiveMaxPool2d((1, count)).Squeeze(-2);
    }

    private static (int Start, int End) Window(int i, int windows, int extent) =>
        ((int)((long)i * extent / windows), (int)(((i + 1L) * extent + windows - 1) / windows));

    private static Tensor<T> Means<T>(int windows, int extent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new T[windows * extent];
        for (int i = 0; i < windows; i++)
        {
            (int start, int end) = Window(i, windows, extent);
            matrix.AsSpan(i * extent + start, end - start).Fill(T.One / T.CreateChecked(end - start));
        }

        return Tensor.From(matrix, [windows, extent]);
    }

    private static void Check<T>(string operation, Tensor<T> x, Size2 size)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank is not (3 or 4) || size.Height < 1 || size.Width < 1 || x.Shape[-1] < 1 || x.Shape[-2] < 1)
        {
            throw new ArgumentException($"{operation}: input {x.Shape} to {size}; expected [N, C, H, W] or [C, H, W] with pixels, and a size of at least 1.");
        }
    }

    private static Tensor<T> AsRow<T>(string operation, Tensor<T> x, int count)
        where T : unmanaged
    {
        Tensor<T> row = Pooling.AsRow(operation, x);
        return count >= 1 && x.Shape[-1] >= 1
            ? row
            : throw new ArgumentException($"{operation}: input {x.Shape} to {count}; expected [N, C, L] or [C, L] with elements, and a count of at least 1.");
    }
}
