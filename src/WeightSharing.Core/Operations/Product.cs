using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Products over dimensions.</summary>
public static class ProductOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The product of all elements, a scalar; 1 for an empty tensor.</summary>
        public Tensor<T> Product() => x.Product([]);

        /// <summary>The product over one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Product(int dimension, bool keepDimensions = false) => x.Product([dimension], keepDimensions);

        // y = Π x       ∂xᵢ += ∂y·Π_{j ≠ i} xⱼ
        /// <summary>The product over some dimensions; 1 where they are empty. Its gradient is exact beside zeros too.</summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Product(ReadOnlySpan<int> dimensions, bool keepDimensions = false)
        {
            (Tensor<T> arranged, Shape kept, Shape squeezed) = ReductionArrangement.Last(x, dimensions, "Product");
            Tensor<T> y = Tensor<T>.Uninitialized(arranged.Shape[0], "Product");
            Reduction.Product(arranged.Shape[0], arranged.Shape[1], 1, arranged.DenseSpan(), y.Buffer);
            if (Graph.Records(arranged)) y.From(new ProductNode<T>(arranged));
            return y.Reshape(keepDimensions ? kept : squeezed);
        }
    }

    private sealed class ProductNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            to.Add(0, dy.Unsqueeze(1) * (to.IsDifferentiable ? Recorded(x) : Others(x)));
        }

        private Tensor<T> Others(Tensor<T> x)
        {
            Tensor<T> others = Tensor<T>.Uninitialized(x.Shape, Name);
            Scan.ProductOfOthers(x.Shape[0], x.Shape[1], x.DenseSpan(), others.Buffer);
            return others;
        }

        // [rows, n, n] with ones in place of the own element, multiplied over the last dimension: n² numbers, but a product again.
        private static Tensor<T> Recorded(Tensor<T> x)
        {
            Tensor<T> own = Tensor.Eye<T>(x.Shape[1]);
            return (x.Unsqueeze(1) * (T.One - own) + own).Product(2);
        }
    }
}
