using System.Numerics;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Comparisons, elementwise with broadcasting, and what one does with their results. NaN is unequal to everything.</summary>
public static class CompareOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>a = b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Equal(Tensor<T> b) => Compare(a, b, default(Equal<T>), "Equal");

        /// <summary>a = b with a number.</summary>
        public Tensor<bool> Equal(T b) => a.Equal(Tensor.Scalar(b));

        /// <summary>a ≠ b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> NotEqual(Tensor<T> b) => Compare(a, b, default(NotEqual<T>), "NotEqual");

        /// <summary>a ≠ b with a number.</summary>
        public Tensor<bool> NotEqual(T b) => a.NotEqual(Tensor.Scalar(b));

        /// <summary>a &lt; b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Less(Tensor<T> b) => Compare(a, b, default(Less<T>), "Less");

        /// <summary>a &lt; b with a number.</summary>
        public Tensor<bool> Less(T b) => a.Less(Tensor.Scalar(b));

        /// <summary>a ≤ b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> LessOrEqual(Tensor<T> b) => Compare(a, b, default(LessOrEqual<T>), "LessOrEqual");

        /// <summary>a ≤ b with a number.</summary>
        public Tensor<bool> LessOrEqual(T b) => a.LessOrEqual(Tensor.Scalar(b));

        /// <summary>a > b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Greater(Tensor<T> b) => Compare(a, b, default(Greater<T>), "Greater");

        /// <summary>a > b with a number.</summary>
        public Tensor<bool> Greater(T b) => a.Greater(Tensor.Scalar(b));

        /// <summary>a ≥ b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> GreaterOrEqual(Tensor<T> b) => Compare(a, b, default(GreaterOrEqual<T>), "GreaterOrEqual");

        /// <summary>a ≥ b with a number.</summary>
        public Tensor<bool> GreaterOrEqual(T b) => a.GreaterOrEqual(Tensor.Scalar(b));
    }

    extension(Tensor<bool> a)
    {
        /// <summary>Both, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> And(Tensor<bool> b) => Compare(a.To<float>(), b.To<float>(), default(Multiply<float>), "And");

        /// <summary>Either or both, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> Or(Tensor<bool> b) => Compare(a.To<float>(), b.To<float>(), default(Maximum<float>), "Or");

        /// <summary>The opposite, elementwise.</summary>
        public Tensor<bool> Not() => a.To<float>().Equal(0);

        /// <summary>True when at least one element is.</summary>
        public bool Any() => a.DenseSpan().Contains(true);

        /// <summary>True when every element is, as with none.</summary>
        public bool All() => !a.DenseSpan().Contains(false);

        /// <summary>True where at least one element along a dimension is; false where the dimension is empty.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<bool> Any(int dimension, bool keepDimensions = false) => DimensionFold.Run(a, dimension, keepDimensions, false, static (any, x) => any | x, "Any");

        /// <summary>True where every element along a dimension is, as where the dimension is empty.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<bool> All(int dimension, bool keepDimensions = false) => DimensionFold.Run(a, dimension, keepDimensions, true, static (all, x) => all & x, "All");
    }

    private static Tensor<bool> Compare<T, TOp>(Tensor<T> a, Tensor<T> b, TOp op, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T> => Pointwise.Combine(a, b, op, operation).To<bool>();
}
