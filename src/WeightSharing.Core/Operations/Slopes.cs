using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Elementwise operations whose slopes are tensor operations themselves, so that one rule serves gradients of every order.</summary>
internal static class Slopes
{
    // y = f(x)       ∂x += ∂y ⊙ f′(x)
    /// <summary>y = op(x), elementwise, with the slope f′(x).</summary>
    public static Tensor<T> Map<T, TOp>(Tensor<T> x, TOp op, Func<Tensor<T>, Tensor<T>> slope, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        Tensor<T> y = Pointwise.Map(x, op, operation);
        return Graph.Records(x) ? y.From(new MapNode<T>(x, slope, operation)) : y;
    }

    // y = f(a, b)       ∂a += ∂y ⊙ ∂f/∂a       ∂b += ∂y ⊙ ∂f/∂b
    /// <summary>y = op(a, b), elementwise under broadcasting, with the slopes by both operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor<T> Combine<T, TOp>(
        Tensor<T> a, Tensor<T> b, TOp op, Func<Tensor<T>, Tensor<T>, Tensor<T>> byA, Func<Tensor<T>, Tensor<T>, Tensor<T>> byB, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        Tensor<T> y = Pointwise.Combine(a, b, op, operation);
        return Graph.Records(a, b) ? y.From(new CombineNode<T>(a, b, byA, byB, operation)) : y;
    }

    private sealed class MapNode<T>(Tensor<T> x, Func<Tensor<T>, Tensor<T>> slope, string operation) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        public override string Name => operation;

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.Add(0, dy * slope(Recall(x)));
    }

    private sealed class CombineNode<T>(
        Tensor<T> a, Tensor<T> b, Func<Tensor<T>, Tensor<T>, Tensor<T>> byA, Func<Tensor<T>, Tensor<T>, Tensor<T>> byB, string operation) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> a = new(a), b = new(b);

        public override string Name => operation;

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> a = Recall(this.a), b = Recall(this.b);
            if (to.Wants(0)) to.Add(0, dy * byA(a, b));
            if (to.Wants(1)) to.Add(1, dy * byB(a, b));
        }
    }
}
