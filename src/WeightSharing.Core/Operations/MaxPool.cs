using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>The maximum of each window.</summary>
public static class MaxPoolOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[p] = max_{k} x[stride·p + dilation·k − padding]       ∂x[argmax] += ∂y[p]
        /// <summary>Maximum over windows: [N, C, H, W] → [N, C, outH, outW], or of one image [C, H, W] → [C, outH, outW]. Padding counts as −∞; of equal maxima the first in row-major order gets the gradient.</summary>
        /// <param name="kernel">Extent of a window.</param>
        /// <param name="stride">Step between windows; null is the kernel.</param>
        /// <param name="padding">At most half the kernel.</param>
        /// <param name="dilation">Step between the elements of a window; null is 1.</param>
        /// <param name="ceilMode">Also a last window that is cut off, if it begins inside the input or the padding before it.</param>
        /// <exception cref="ArgumentException">Neither images nor one image, or a kernel larger than the padded input.</exception>
        public Tensor<T> MaxPool2d(Size2 kernel, Size2? stride = null, Size2 padding = default, Size2? dilation = null, bool ceilMode = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank == 3) return x.Unsqueeze(0).MaxPool2d(kernel, stride, padding, dilation, ceilMode).Squeeze(0);
            PoolingGeometry geometry = Pooling.Geometry("MaxPool2d", x.Shape, kernel, stride ?? kernel, padding, dilation ?? 1, ceilMode);
            if (Graph.Records(x)) return new MaxPoolMap<T>(geometry, x.Shape).Apply(x);

            // Without a backward pass nobody asks which element it was.
            Tensor<T> y = Tensor<T>.Uninitialized([x.Shape[0], x.Shape[1], geometry.OutputHeight, geometry.OutputWidth], "MaxPool2d");
            MaxPooling.Forward(geometry, x.DenseSpan(), y.Buffer);
            return y;
        }

        /// <summary>Maximum over windows of sequences: [N, C, L] → [N, C, outL], or of one [C, L] → [C, outL]; as for images of one row.</summary>
        /// <param name="kernel">Extent of a window.</param>
        /// <param name="stride">Step between windows; null is the kernel.</param>
        /// <param name="padding">At most half the kernel; counts as −∞.</param>
        /// <param name="dilation">Step between the elements of a window.</param>
        /// <param name="ceilMode">Also a last window that is cut off, if it begins inside the input or the padding before it.</param>
        /// <exception cref="ArgumentException">Neither sequences nor one, or a kernel larger than the padded input.</exception>
        public Tensor<T> MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false) =>
            Pooling.AsRow("MaxPool1d", x).MaxPool2d((1, kernel), (1, stride ?? kernel), (0, padding), (1, dilation), ceilMode).Squeeze(-2);
    }

    // Which element is the largest is decided once; from then on the operation is linear, a selection.
    private sealed class MaxPoolMap<T>(PoolingGeometry geometry, Shape shape) : LinearMap<T>("MaxPool2d")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private Tensor<int>? indices;

        protected override Tensor<T> Forward(Tensor<T> x)
        {
            Tensor<T> y = Tensor<T>.Uninitialized([shape[0], shape[1], geometry.OutputHeight, geometry.OutputWidth], Name);
            if (indices is null)
            {
                indices = Tensor<int>.Uninitialized(y.Shape, Name);
                MaxPooling.Forward(geometry, x.DenseSpan(), y.Buffer, indices.Buffer);
                return y;
            }

            ReadOnlySpan<T> values = x.DenseSpan();
            for (int plane = 0; plane < geometry.Planes; plane++)
            {
                Gather.Take(
                    values.Slice(plane * geometry.InputPlane, geometry.InputPlane), geometry.InputPlane,
                    indices.Buffer.Slice(plane * geometry.OutputPlane, geometry.OutputPlane), default, 1,
                    y.Buffer.Slice(plane * geometry.OutputPlane, geometry.OutputPlane));
            }

            return y;
        }

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Tensor<T> x = Tensor<T>.Uninitialized(shape, Name);
            MaxPooling.Backward(geometry, y.DenseSpan(), indices!.Buffer, x.Buffer);
            return x;
        }
    }
}
