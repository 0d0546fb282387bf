using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Images at another size.</summary>
public static class ResizeOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Bilinear interpolation of images: [N, C, H, W] → [N, C, height, width].</summary>
        /// <param name="size">Height and width of the result.</param>
        /// <param name="alignCorners">The centres of the corner pixels coincide; otherwise the corners of the images do.</param>
        /// <exception cref="ArgumentException">Not an image batch, an image without pixels, or a size below 1.</exception>
        public Tensor<T> ResizeBilinear(Size2 size, bool alignCorners = false)
        {
            Check(x.Shape, size, "ResizeBilinear");
            return Interpolate(Interpolate(x, 2, size.Height, alignCorners), 3, size.Width, alignCorners);
        }

        // y[i] = x[⌊i·n/m⌋] in each direction       ∂x there += ∂y[i]
        /// <summary>The nearest pixel above and to the left: [N, C, H, W] → [N, C, height, width].</summary>
        /// <param name="size">Height and width of the result.</param>
        /// <exception cref="ArgumentException">Not an image batch, an image without pixels, or a size below 1.</exception>
        public Tensor<T> ResizeNearest(Size2 size)
        {
            Check(x.Shape, size, "ResizeNearest");
            return x.IndexSelect(2, Nearest(x.Shape[2], size.Height)).IndexSelect(3, Nearest(x.Shape[3], size.Width));
        }
    }

    private static void Check(in Shape shape, Size2 size, string operation)
    {
        if (shape.Rank != 4 || shape[2] == 0 || shape[3] == 0 || size.Height < 1 || size.Width < 1)
        {
            throw new ArgumentException(
                $"{operation}: input {shape} to size {size}; expected [N, C, H, W] with pixels, and a size of at least 1.");
        }
    }

    private static Tensor<int> Nearest(int from, int to) =>
        Tensor.From([.. Enumerable.Range(0, to).Select(i => (int)((long)i * from / to))], to);

    // y[i] = (1 − f)·x[⌊s⌋] + f·x[⌊s⌋ + 1], s the place of i in the source and f what is left of it       ∂x by the same weights
    private static Tensor<T> Interpolate<T>(Tensor<T> x, int dimension, int to, bool alignCorners)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int from = x.Shape[dimension];
        if (from == to) return x;
        int[] low = new int[to], high = new int[to];
        var fraction = new T[to];
        for (int i = 0; i < to; i++)
        {
            double place = alignCorners
                ? to == 1 ? 0 : i * (from - 1.0) / (to - 1)
                : Math.Max(0, (i + 0.5) * from / to - 0.5);
            low[i] = Math.Min((int)place, from - 1);
            high[i] = Math.Min(low[i] + 1, from - 1);
            fraction[i] = T.CreateChecked(place - low[i]);
        }

        Span<int> extents = [1, 1, 1, 1];
        extents[dimension] = to;
        Tensor<T> above = Tensor.From(fraction, new Shape(extents));
        return x.IndexSelect(dimension, Tensor.From(low)) * (T.One - above) + x.IndexSelect(dimension, Tensor.From(high)) * above;
    }
}
