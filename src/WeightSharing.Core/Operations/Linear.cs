using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>The affine map of a fully connected layer.</summary>
public static class LinearOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x·Wᵀ + b       [.., out] = [.., in] · [in, out] + [out]
        /// <summary>y = x·Wᵀ + b over the last dimension: [.., in] → [.., out].</summary>
        /// <param name="weight">[out, in].</param>
        /// <param name="bias">[out], or null.</param>
        /// <param name="relu">True for max(0, ·) of the result.</param>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public Tensor<T> Linear(Tensor<T> weight, Tensor<T>? bias = null, bool relu = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            if (weight.Rank != 2 || x.Rank == 0 || x.Shape[^1] != weight.Shape[1])
            {
                throw new ArgumentException($"Linear: input {x.Shape} does not fit weight {weight.Shape}; the weight is [out, in], and the input's last dimension must equal in.");
            }

            if (bias is not null && bias.Shape != weight.Shape[0])
            {
                throw new ArgumentException($"Linear: bias {bias.Shape} does not fit weight {weight.Shape}; it must be [{weight.Shape[0]}].");
            }

            int inputs = weight.Shape[1], outputs = weight.Shape[0];
            if (x.Rank != 2) return x.Reshape([x.Shape.Slice(0, x.Rank - 1).Count, inputs]).Linear(weight, bias, relu).Reshape(x.Shape.With(-1, outputs));

            Span<int> xs = stackalloc int[Shape.MaximumRank], ws = stackalloc int[Shape.MaximumRank];
            x.CopyStrides(xs);
            weight.CopyStrides(ws);
            int rows = x.Shape[0];
            Tensor<T> y = Tensor<T>.Uninitialized([rows, outputs], "Linear");
            Gemm.Multiply(
                rows, outputs, inputs, x.Storage.Span[x.Offset..], xs[0], xs[1], weight.Storage.Span[weight.Offset..], ws[1], ws[0],
                y.Buffer, outputs, accumulate: false, bias is null ? default : bias.DenseSpan());
            if (relu) Elementwise.Map(y.Buffer, y.Buffer, default(Relu<T>));
            return Graph.Records(x, weight, bias) ? y.From(new LinearNode<T>(x, weight, bias, relu ? y : null)) : y;
        }
    }

    // The result is kept where what is negative was cut off: it says where.
    private sealed class LinearNode<T>(Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, Tensor<T>? cut)
        : Node<T>(bias is null ? [x, weight] : [x, weight, bias])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x), weight = new(weight);
        private readonly Saved<T>? cut = cut is null ? null : new(cut);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (cut is not null) dy = ReluOperation.Gradient(dy, Recall(cut.Value), to.IsDifferentiable, Name);
            // ∂x += ∂y·W         [n, in] = [n, out] · [out, in]
            if (to.Wants(0)) to.Give(0, dy.MatMul(Recall(weight)));
            // ∂W += ∂yᵀ·x        [out, in] = [out, n] · [n, in]
            if (to.Wants(1)) to.Give(1, dy.Transpose().MatMul(Recall(x)));
            // ∂b += Σₙ ∂y
            if (to.Wants(2)) to.Add(2, dy.Sum(0));
        }
    }
}
