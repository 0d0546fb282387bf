using System.Numerics;
using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>A border around a tensor, or the border taken off.</summary>
public static class PadOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The tensor with a border.</summary>
        /// <param name="sides">
        /// How many elements go before the first and after the last of each dimension, outermost first. Negative numbers crop: a border on the other
        /// side still reflects what was cropped, and wraps around to what was left.
        /// </param>
        /// <param name="mode">What stands in the border.</param>
        /// <param name="value">The constant of <see cref="PaddingMode.Constant"/>.</param>
        /// <exception cref="ArgumentException">
        /// Not one pair a dimension, or a border that the mode cannot fill or the extent not give.
        /// </exception>
        public Tensor<T> Pad(ReadOnlySpan<(int Low, int High)> sides, PaddingMode mode = PaddingMode.Constant, T value = default)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (sides.Length != x.Rank)
            {
                throw new ArgumentException(
                    $"Pad: {sides.Length} pairs of sides for shape {x.Shape}, which has {x.Rank} dimensions; "
                    + "give one pair a dimension.", nameof(sides));
            }

            bool unchanged = true;
            for (int i = 0; i < sides.Length; i++)
            {
                unchanged &= sides[i] == (0, 0);
                Check(x.Shape, i, sides[i], mode);
            }

            if (unchanged) return x;
            if (mode == PaddingMode.Constant) return Constant(x, sides.ToArray(), value);

            // What the border shows are elements of the tensor: a selection in each dimension.
            Tensor<T> y = x;
            for (int i = 0; i < sides.Length; i++)
            {
                if (sides[i] != (0, 0)) y = y.IndexSelect(i, Tensor.From(Positions(x.Shape[i], sides[i], mode)));
            }

            return y;
        }
    }

    private static void Check(in Shape shape, int dimension, (int Low, int High) sides, PaddingMode mode)
    {
        (int low, int high) = sides;
        int extent = shape[dimension];
        long left = (long)extent + Math.Min(low, 0) + Math.Min(high, 0);
        string? rule = mode switch
        {
            _ when left < 0 => "cropping takes more than there is",
            PaddingMode.Constant => null,
            _ when low == 0 && high == 0 => null,
            PaddingMode.Reflect when Math.Max(low, high) >= extent => "reflection shows at most extent − 1 elements",
            PaddingMode.Replicate when extent == 0 => "there is no edge to repeat",
            PaddingMode.Circular when Math.Max(low, high) > left => "wrapping around shows at most the elements that are left",
            _ => null,
        };
        if (rule is not null)
        {
            throw new ArgumentException(
                $"Pad: sides ({low}, {high}) of dimension {dimension} do not fit shape {shape} (extent {extent}) in mode {mode}: "
                + $"{rule}.", nameof(sides));
        }
    }

    private static int[] Positions(int extent, (int Low, int High) sides, PaddingMode mode)
    {
        int first = Math.Max(0, -sides.Low), left = extent - first - Math.Max(0, -sides.High);
        var positions = new int[sides.Low + extent + sides.High];
        for (int i = 0; i < positions.Length; i++)
        {
            int at = i - sides.Low;
            positions[i] = mode switch
            {
                PaddingMode.Reflect => at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at,
                PaddingMode.Replicate => Math.Clamp(at, 0, extent - 1),
                _ => first + (at - first + left) % left,
            };
        }

        return positions;
    }

    // y[i] = x[i − low] inside, the constant outside       ∂x[i] += ∂y[i + low]: padding by the negative sides
    private static Tensor<T> Constant<T>(Tensor<T> x, (int Low, int High)[] sides, T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<int> extents = stackalloc int[Shape.MaximumRank];
        Tensor<T> source = x.Detach();
        for (int i = 0; i < sides.Length; i++)
        {
            (int low, int high) = sides[i];
            extents[i] = Math.Max(0, x.Shape[i] + low + high);
            source = source.Slice(i, Math.Min(Math.Max(0, -low), x.Shape[i]), x.Shape[i] + Math.Min(0, high));
        }

        var shape = new Shape(extents[..sides.Length]);
        Tensor<T> y = Tensor.Full(shape, value);
        Tensor<T> inside = y;
        for (int i = 0; i < sides.Length; i++)
        {
            int low = Math.Min(Math.Max(0, sides[i].Low), shape[i]);
            inside = inside.Slice(i, low, low + source.Shape[i]);
        }

        inside.CopyFrom(source);
        return Graph.Records(x) ? y.From(new PadNode<T>(x, [.. sides.Select(side => (-side.Low, -side.High))])) : y;
    }

    private sealed class PadNode<T>(Tensor<T> x, (int Low, int High)[] opposite) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, dy.Pad(opposite));
    }
}
