using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Runs an operator of the kernels over tensors: dense, strided or broadcast. Records nothing.</summary>
internal static class Pointwise
{
    /// <summary>y = op(x), elementwise.</summary>
    public static Tensor<T> Map<T, TOp>(Tensor<T> x, TOp op, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, operation);
        Elementwise.Map(x.DenseSpan(), y.Buffer, op);
        return y;
    }

    /// <summary>y = op(a, b), elementwise under broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor<T> Combine<T, TOp>(Tensor<T> a, Tensor<T> b, TOp op, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.IsContiguous && b.IsContiguous && a.Shape == b.Shape)
        {
            Tensor<T> y = Tensor<T>.Uninitialized(a.Shape, operation);
            Elementwise.Combine(a.Buffer, b.Buffer, y.Buffer, op);
            return y;
        }

        return CombineStrided(a, b, op, operation);
    }

    /// <summary>y = op(a, b, c), elementwise under broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor<T> Combine3<T, TOp>(Tensor<T> a, Tensor<T> b, Tensor<T> c, TOp op, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        Shape shape = Shape.Broadcast(Shape.Broadcast(a.Shape, b.Shape, operation), c.Shape, operation);
        Tensor<T> y = Tensor<T>.Uninitialized(shape, operation);
        Elementwise.Combine3(Spread(a, shape), Spread(b, shape), Spread(c, shape), y.Buffer, op);
        return y;
    }

    /// <summary>
    /// ∂y ⊙ f′(x) for an operator that computes it and whose f′ is constant on pieces: one fused pass, or a product with the slopes, which are
    /// constants, when the gradient will be differentiated.
    /// </summary>
    public static Tensor<T> Gate<T, TOp>(Tensor<T> dy, Tensor<T> x, TOp op, GradientSink to, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T> =>
        to.IsDifferentiable ? dy * Combine(Tensor.Ones<T>(x.Shape), x, op, operation) : Combine(dy, x, op, operation);

    /// <summary>As <see cref="Gate{T, TOp}(Tensor{T}, Tensor{T}, TOp, GradientSink, string)"/>, for an operator of two operands.</summary>
    public static Tensor<T> Gate3<T, TOp>(Tensor<T> dy, Tensor<T> a, Tensor<T> b, TOp op, GradientSink to, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T> =>
        to.IsDifferentiable ? dy * Combine3(Tensor.Scalar(T.One), a, b, op, operation) : Combine3(dy, a, b, op, operation);

    /// <summary>Whether a test holds of a and b, elementwise under broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor<bool> Test<T, TTest>(Tensor<T> a, Tensor<T> b, string operation)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, operation);
        Tensor<bool> y = Tensor<bool>.Uninitialized(shape, operation);
        Truths.Run<T, TTest>(Spread(a, shape), Spread(b, shape), y.Buffer);
        return y;
    }

    /// <summary>The elements in row-major order, repeated to a shape that the tensor broadcasts to.</summary>
    public static ReadOnlySpan<T> Spread<T>(Tensor<T> x, in Shape shape)
        where T : unmanaged
    {
        if (x.Shape == shape) return x.DenseSpan();
        Span<int> strides = stackalloc int[Shape.MaximumRank];
        x.BroadcastStrides(shape, strides);
        return x.View(shape, x.Offset, strides[..shape.Rank]).DenseSpan();
    }

    /// <summary>target += source, which broadcasts to it; both without history.</summary>
    public static void AddInPlace<T>(Tensor<T> target, Tensor<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        target.Storage.Version++;
        if (target.IsContiguous && source.IsContiguous && target.Shape == source.Shape)
        {
            Elementwise.Combine(target.Buffer, source.Buffer, target.Buffer, default(Add<T>));
            return;
        }

        Span<int> from = stackalloc int[Shape.MaximumRank], to = stackalloc int[Shape.MaximumRank];
        source.BroadcastStrides(target.Shape, from);
        target.CopyStrides(to);
        int rank = target.Rank;
        Shape shape = target.Shape;
        Strided.AddTo(shape.Span, source.Storage.Span, source.Offset, from[..rank], target.Storage.Span, target.Offset, to[..rank]);
    }

    private static Tensor<T> CombineStrided<T, TOp>(Tensor<T> a, Tensor<T> b, TOp op, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, operation);
        Span<int> left = stackalloc int[Shape.MaximumRank], right = stackalloc int[Shape.MaximumRank];
        a.BroadcastStrides(shape, left);
        b.BroadcastStrides(shape, right);
        Tensor<T> y = Tensor<T>.Uninitialized(shape, operation);
        Strided.Combine(
            shape.Span, a.Storage.Span, a.Offset, left[..shape.Rank], b.Storage.Span, b.Offset, right[..shape.Rank], y.Buffer, op);
        return y;
    }
}
