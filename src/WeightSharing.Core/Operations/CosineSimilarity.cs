using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Directions of vectors, and the angles between them.</summary>
public static class CosineSimilarityOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a / max(‖a‖ₚ, ε)
        /// <summary>Vectors along one dimension, of length 1; those shorter than ε are divided by ε.</summary>
        /// <param name="dimension">Along which the vectors lie.</param>
        /// <param name="p">Which length: 2 is Euclid's.</param>
        /// <param name="epsilon">The smallest divisor.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or p is not positive.</exception>
        public Tensor<T> Normalize(int dimension = 1, double p = 2, double epsilon = 1e-12) =>
            a / a.Norm(dimension, p, keepDimensions: true).Maximum(T.CreateChecked(epsilon));

        // y = Σ a·b / (max(‖a‖, ε)·max(‖b‖, ε))
        /// <summary>The cosine of the angle between vectors along one dimension; 0 with a vector of zeros. The shapes broadcast.</summary>
        /// <param name="b">The other vectors.</param>
        /// <param name="dimension">Along which the vectors lie.</param>
        /// <param name="epsilon">The smallest length to divide by.</param>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> CosineSimilarity(Tensor<T> b, int dimension = 1, double epsilon = 1e-8)
        {
            ArgumentNullException.ThrowIfNull(b);
            Shape shape = Shape.Broadcast(a.Shape, b.Shape, "CosineSimilarity");
            Tensor<T> left = a.BroadcastTo(shape), right = b.BroadcastTo(shape);
            int at = shape.Normalize(dimension, "CosineSimilarity");
            return (left.Normalize(at, epsilon: epsilon) * right.Normalize(at, epsilon: epsilon)).Sum(at);
        }
    }
}
