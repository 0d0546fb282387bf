using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Integers and signs from numbers, elementwise: constant on pieces, so no gradient passes.</summary>
public static class RoundOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The nearest integer, ties to even; without history.</summary>
        public Tensor<T> Round() => Pointwise.Map(x, default(Round<T>), "Round");

        /// <summary>The largest integer not above; without history.</summary>
        public Tensor<T> Floor() => Pointwise.Map(x, default(Floor<T>), "Floor");

        /// <summary>The smallest integer not below; without history.</summary>
        public Tensor<T> Ceiling() => Pointwise.Map(x, default(Ceiling<T>), "Ceiling");

        /// <summary>−1, 0 or 1, and NaN for NaN; without history.</summary>
        public Tensor<T> Sign() => Pointwise.Map(x, default(Sign<T>), "Sign");
    }
}
