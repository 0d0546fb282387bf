using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Windows of images as columns, and columns added back into images.</summary>
public static class UnfoldOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[n, (c, k), p] = x[n, c, stride·p + dilation·k − padding]       ∂x there += ∂y[n, (c, k), p]
        /// <summary>Every window of an image as a column: [N, C, H, W] → [N, C·kH·kW, windows], windows in row-major order;
        /// of one image [C, H, W] → [C·kH·kW, windows].</summary>
        /// <param name="kernel">Extent of a window.</param>
        /// <param name="stride">Step between windows; null is 1.</param>
        /// <param name="padding">Zeros around the image.</param>
        /// <param name="dilation">Step between the elements of a window; null is 1.</param>
        /// <exception cref="ArgumentException">Not an image batch, or a kernel larger than the padded image.</exception>
        public Tensor<T> Unfold(Size2 kernel, Size2? stride = null, Padding2d padding = default, Size2? dilation = null)
        {
            if (x.Rank == 3) return x.Unsqueeze(0).Unfold(kernel, stride, padding, dilation).Squeeze(0);
            if (x.Rank != 4) throw new ArgumentException($"Unfold: input {x.Shape}; expected [N, C, H, W] or [C, H, W].");
            Windows windows = Windows.Of("Unfold", x.Shape, kernel, stride ?? 1, padding, dilation ?? 1);
            return x.Take(windows.Images, windows.Columns, 1, windows.Index, null, "Unfold");
        }

        // x[n, c, i] = Σ y[n, (c, k), p] over stride·p + dilation·k − padding = i       ∂y[n, (c, k), p] += ∂x there
        /// <summary>
        /// Columns added back where they came from, the adjoint of <see cref="Unfold{T}"/>: [N, C·kH·kW, windows] → [N, C, H, W]. Where
        /// windows overlap, they add up. Of one image [C·kH·kW, windows] → [C, H, W].
        /// </summary>
        /// <param name="size">Height and width of the image.</param>
        /// <param name="kernel">Extent of a window.</param>
        /// <param name="stride">Step between windows; null is 1.</param>
        /// <param name="padding">What is cut off around the image.</param>
        /// <param name="dilation">Step between the elements of a window; null is 1.</param>
        /// <exception cref="ArgumentException">The columns are not those of such windows.</exception>
        public Tensor<T> Fold(Size2 size, Size2 kernel, Size2? stride = null, Padding2d padding = default, Size2? dilation = null)
        {
            if (x.Rank == 2) return x.Unsqueeze(0).Fold(size, kernel, stride, padding, dilation).Squeeze(0);
            if (x.Rank != 3 || kernel.Area < 1 || x.Shape[1] % kernel.Area != 0)
            {
                throw new ArgumentException($"Fold: columns {x.Shape} with kernel {kernel}; expected [N, C·{kernel.Area}, windows] or [C·{kernel.Area}, windows].");
            }

            Shape image = [x.Shape[0], x.Shape[1] / kernel.Area, size.Height, size.Width];
            Windows windows = Windows.Of("Fold", image, kernel, stride ?? 1, padding, dilation ?? 1);
            if (windows.Columns != x.Shape)
            {
                throw new ArgumentException($"Fold: columns {x.Shape} do not fit images {image}, whose windows make {windows.Columns}.");
            }

            return x.TakeAdjoint(image, windows.Images, windows.Columns, 1, windows.Index, null, "Fold");
        }
    }

    /// <summary>Where each element of a column stands in its image [C·H·W]; −1 in the padding.</summary>
    private readonly record struct Windows(Shape Images, Shape Columns, int[] Index)
    {
        public static Windows Of(string operation, in Shape image, Size2 kernel, Size2 stride, Padding2d padding, Size2 dilation)
        {
            if (stride.Height < 1 || stride.Width < 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(stride), $"{operation}: stride {stride}; it must be at least 1.");
            }

            if (dilation.Height < 1 || dilation.Width < 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(dilation), $"{operation}: dilation {dilation}; it must be at least 1.");
            }

            padding = padding.Resolve(kernel, dilation);
            ConvolutionOperation.RequireRoom(operation, image, kernel, dilation, padding);
            int channels = image[1], height = image[2], width = image[3];
            Size2 places = new Size2(height, width).Windows(kernel, stride, padding, dilation);
            var index = new int[channels * kernel.Area * places.Area];
            int next = 0;
            for (int c = 0; c < channels; c++)
            {
                for (int u = 0; u < kernel.Height; u++)
                {
                    for (int v = 0; v < kernel.Width; v++)
                    {
                        for (int i = 0; i < places.Height; i++)
                        {
                            int row = i * stride.Height + u * dilation.Height - padding.Top;
                            for (int j = 0; j < places.Width; j++)
                            {
                                int column = j * stride.Width + v * dilation.Width - padding.Left;
                                bool inside = (uint)row < (uint)height && (uint)column < (uint)width;
                                index[next++] = inside ? (c * height + row) * width + column : -1;
                            }
                        }
                    }
                }
            }

            return new Windows([image[0], channels * height * width], [image[0], channels * kernel.Area, places.Area], index);
        }
    }
}
