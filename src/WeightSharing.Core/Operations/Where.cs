using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>One tensor or another, element by element.</summary>
public static class WhereOperation
{
    extension(Tensor)
    {
        // y = a where the condition holds, else b       ∂a += ∂y there       ∂b += ∂y elsewhere
        /// <summary><paramref name="a"/> where the condition holds, else <paramref name="b"/>; the three broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> Where<T>(Tensor<bool> condition, Tensor<T> a, Tensor<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(condition);
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            Tensor<T> mask = condition.To<T>();
            Tensor<T> y = Pointwise.Combine3(mask, a, b, default(Where<T>), "Where");
            return Graph.Records(a, b) ? y.From(new WhereNode<T>(condition, a, b)) : y;
        }
    }

    private sealed class WhereNode<T>(Tensor<bool> condition, Tensor<T> a, Tensor<T> b) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> zero = Tensor.Scalar(T.Zero);
            if (to.Wants(0)) to.Add(0, Tensor.Where(condition, dy, zero));
            if (to.Wants(1)) to.Add(1, Tensor.Where(condition, zero, dy));
        }
    }
}
