using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>
/// Adds gradients. The graph holds tensors of any element type (views exist for all), sums only floating-point ones: this is the one place
/// that goes from the former to the latter.
/// </summary>
internal static class Accumulation
{
    /// <summary>a + b: in place when the buffer of <paramref name="a"/> is ours and nobody will differentiate the sum.</summary>
    public static Tensor<T> Sum<T>(Tensor<T> a, Tensor<T> b, ref bool ours, bool differentiable)
        where T : unmanaged
    {
        if (ours && !differentiable)
        {
            AddInPlace(a, b);
            return a;
        }

        ours = true;
        if (typeof(T) == typeof(float)) return Same<float, T>(As<T, float>(a) + As<T, float>(b));
        if (typeof(T) == typeof(double)) return Same<double, T>(As<T, double>(a) + As<T, double>(b));
        if (typeof(T) == typeof(Half)) return Same<Half, T>(As<T, Half>(a) + As<T, Half>(b));
        throw NoGradient<T>();
    }

    /// <summary>target += gradient.</summary>
    public static void AddInPlace<T>(Tensor<T> target, Tensor<T> gradient)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) Pointwise.AddInPlace(As<T, float>(target), As<T, float>(gradient));
        else if (typeof(T) == typeof(double)) Pointwise.AddInPlace(As<T, double>(target), As<T, double>(gradient));
        else if (typeof(T) == typeof(Half)) Pointwise.AddInPlace(As<T, Half>(target), As<T, Half>(gradient));
        else throw NoGradient<T>();
    }

    /// <summary>The adjoint of broadcasting from <paramref name="shape"/>.</summary>
    public static Tensor<T> SumTo<T>(Tensor<T> gradient, in Shape shape)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Same<float, T>(As<T, float>(gradient).SumTo(shape));
        if (typeof(T) == typeof(double)) return Same<double, T>(As<T, double>(gradient).SumTo(shape));
        if (typeof(T) == typeof(Half)) return Same<Half, T>(As<T, Half>(gradient).SumTo(shape));
        throw NoGradient<T>();
    }

    private static Tensor<TTo> As<TFrom, TTo>(Tensor<TFrom> tensor)
        where TFrom : unmanaged
        where TTo : unmanaged => Unsafe.As<Tensor<TTo>>(tensor);

    private static Tensor<TTo> Same<TFrom, TTo>(Tensor<TFrom> tensor)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged => Unsafe.As<Tensor<TTo>>(tensor);

    private static NotSupportedException NoGradient<T>() => new($"Gradients exist for float, double and Half, not for {typeof(T).Name}.");
}
