using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>The mean of each window.</summary>
public static class AveragePoolOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[p] = Σ_k x[stride·p + k − padding] / size(p)       ∂x[i] += Σ_{p ∋ i} ∂y[p] / size(p)
        /// <summary>Mean over windows: [N, C, H, W] → [N, C, outH, outW], or of one image [C, H, W] → [C, outH, outW]; padding counts as zeros.</summary>
        /// <param name="kernel">Extent of a window.</param>
        /// <param name="stride">Step between windows; null is the kernel.</param>
        /// <param name="padding">At most half the kernel.</param>
        /// <param name="ceilMode">Also a last window that is cut off, if it begins inside the input or the padding before it.</param>
        /// <param name="countIncludePadding">Divides by the window's extent within the padded input; otherwise by the number of real elements.</param>
        /// <exception cref="ArgumentException">Neither images nor one image, or a kernel larger than the padded input.</exception>
        public Tensor<T> AveragePool2d(
            Size2 kernel, Size2? stride = null, Size2 padding = default, bool ceilMode = false, bool countIncludePadding = true)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank == 3) return x.Unsqueeze(0).AveragePool2d(kernel, stride, padding, ceilMode, countIncludePadding).Squeeze(0);
            PoolingGeometry geometry = Pooling.Geometry("AveragePool2d", x.Shape, kernel, stride ?? kernel, padding, 1, ceilMode);
            return new AveragePoolMap<T>(geometry, x.Shape, countIncludePadding).Apply(x);
        }

        /// <summary>Mean over windows of sequences: [N, C, L] → [N, C, outL], or of one [C, L] → [C, outL]; as for images of one row.</summary>
        /// <param name="kernel">Extent of a window.</param>
        /// <param name="stride">Step between windows; null is the kernel.</param>
        /// <param name="padding">At most half the kernel; counts as zeros.</param>
        /// <param name="ceilMode">Also a last window that is cut off, if it begins inside the input or the padding before it.</param>
        /// <param name="countIncludePadding">Divides by the window's extent within the padded input; otherwise by the number of real elements.</param>
        /// <exception cref="ArgumentException">Neither sequences nor one, or a kernel larger than the padded input.</exception>
        public Tensor<T> AveragePool1d(int kernel, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePadding = true) =>
            Pooling.AsRow("AveragePool1d", x).AveragePool2d((1, kernel), (1, stride ?? kernel), (0, padding), ceilMode, countIncludePadding).Squeeze(-2);
    }

    private sealed class AveragePoolMap<T>(PoolingGeometry geometry, Shape shape, bool countIncludePadding) : LinearMap<T>("AveragePool2d")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override Tensor<T> Forward(Tensor<T> x)
        {
            Tensor<T> y = Tensor<T>.Uninitialized([shape[0], shape[1], geometry.OutputHeight, geometry.OutputWidth], Name);
            AveragePooling.Forward(geometry, x.DenseSpan(), y.Buffer, countIncludePadding);
            return y;
        }

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Tensor<T> x = Tensor<T>.Uninitialized(shape, Name);
            AveragePooling.Backward(geometry, y.DenseSpan(), x.Buffer, countIncludePadding);
            return x;
        }
    }
}
