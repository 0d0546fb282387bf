using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>The smaller of two, elementwise with NumPy broadcasting; over a dimension it is <c>Min</c>.</summary>
public static class MinimumOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = min(a, b)       ∂a += ∂y ⊙ ([a < b] + ½[a = b])       ∂b += ∂y ⊙ ([b < a] + ½[a = b])
        /// <summary>
        /// The smaller of a and b, elementwise; the shapes broadcast. NaN when either is; where they are equal each gets half the gradient.
        /// </summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Minimum(Tensor<T> b)
        {
            Tensor<T> y = Pointwise.Combine(a, b, default(Minimum<T>), "Minimum");
            return Graph.Records(a, b) ? y.From(new MinimumNode<T>(a, b)) : y;
        }

        /// <summary>The smaller of a and a number, elementwise.</summary>
        public Tensor<T> Minimum(T b) => a.Minimum(Tensor.Scalar(b));
    }

    private sealed class MinimumNode<T>(Tensor<T> a, Tensor<T> b) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> a = new(a), b = new(b);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> a = Recall(this.a), b = Recall(this.b);
            if (to.Wants(0)) to.Give(0, Pointwise.Gate3(dy, a, b, default(MinimumBackward<T>), to, Name));
            if (to.Wants(1)) to.Give(1, Pointwise.Gate3(dy, b, a, default(MinimumBackward<T>), to, Name));
        }
    }
}
