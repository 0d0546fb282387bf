using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Integers and signs from numbers, elementwise: constant on pieces, so that gradients are 0.</summary>
public static class RoundOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y constant on pieces       ∂x += 0
        /// <summary>The nearest integer, ties to even; the gradient is 0.</summary>
        public Tensor<T> Round() => Piecewise(x, default(Round<T>), "Round");

        /// <summary>The largest integer not above; the gradient is 0.</summary>
        public Tensor<T> Floor() => Piecewise(x, default(Floor<T>), "Floor");

        /// <summary>The smallest integer not below; the gradient is 0.</summary>
        public Tensor<T> Ceiling() => Piecewise(x, default(Ceiling<T>), "Ceiling");

        /// <summary>The integer without what stands behind the point, towards 0; the gradient is 0.</summary>
        public Tensor<T> Truncate() => Piecewise(x, default(Truncate<T>), "Truncate");

        /// <summary>What stands behind the point, x − Truncate x, with the sign of x; the gradient is 1.</summary>
        public Tensor<T> Fraction() => x - x.Truncate();

        /// <summary>−1, 0 or 1, and NaN for NaN; the gradient is 0.</summary>
        public Tensor<T> Sign() => Piecewise(x, default(Sign<T>), "Sign");
    }

    private static Tensor<T> Piecewise<T, TOp>(Tensor<T> x, TOp op, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        Tensor<T> y = Pointwise.Map(x, op, operation);
        return Graph.Records(x) ? y.From(new FlatNode<T>(x, operation)) : y;
    }

    private sealed class FlatNode<T>(Tensor<T> x, string operation) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override string Name => operation;

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, Tensor.Zeros<T>(dy.Shape));
    }
}
