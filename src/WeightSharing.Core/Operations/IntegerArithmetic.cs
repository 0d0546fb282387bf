using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>
/// Arithmetic of integers, elementwise with NumPy broadcasting, and what sums them up. As in C#, results wrap around and quotients are cut towards 0.
/// Nothing here has a gradient.
/// </summary>
public static class IntegerArithmeticOperation
{
    extension<T>(Tensor<T>)
        where T : unmanaged, IBinaryInteger<T>
    {
        /// <summary>a + b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator +(Tensor<T> a, Tensor<T> b) => Combine(a, b, static (x, y) => unchecked(x + y), "Add");

        /// <summary>a + b with a number.</summary>
        public static Tensor<T> operator +(Tensor<T> a, T b) => a + Tensor.Scalar(b);

        /// <summary>a + b with a number.</summary>
        public static Tensor<T> operator +(T a, Tensor<T> b) => Tensor.Scalar(a) + b;

        /// <summary>a − b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator -(Tensor<T> a, Tensor<T> b) => Combine(a, b, static (x, y) => unchecked(x - y), "Subtract");

        /// <summary>a − b with a number.</summary>
        public static Tensor<T> operator -(Tensor<T> a, T b) => a - Tensor.Scalar(b);

        /// <summary>a − b with a number.</summary>
        public static Tensor<T> operator -(T a, Tensor<T> b) => Tensor.Scalar(a) - b;

        /// <summary>−a.</summary>
        public static Tensor<T> operator -(Tensor<T> a) => T.Zero - a;

        /// <summary>a · b, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public static Tensor<T> operator *(Tensor<T> a, Tensor<T> b) => Combine(a, b, static (x, y) => unchecked(x * y), "Multiply");

        /// <summary>a · b with a number.</summary>
        public static Tensor<T> operator *(Tensor<T> a, T b) => a * Tensor.Scalar(b);

        /// <summary>a · b with a number.</summary>
        public static Tensor<T> operator *(T a, Tensor<T> b) => Tensor.Scalar(a) * b;

        /// <summary>a / b cut towards 0, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        /// <exception cref="DivideByZeroException">An element of b is 0.</exception>
        public static Tensor<T> operator /(Tensor<T> a, Tensor<T> b) => Combine(a, NotZero(b, "Divide"), static (x, y) => x / y, "Divide");

        /// <summary>a / b with a number.</summary>
        /// <exception cref="DivideByZeroException">b is 0.</exception>
        public static Tensor<T> operator /(Tensor<T> a, T b) => a / Tensor.Scalar(b);

        /// <summary>What the division cut towards 0 leaves over, with the sign of a, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        /// <exception cref="DivideByZeroException">An element of b is 0.</exception>
        public static Tensor<T> operator %(Tensor<T> a, Tensor<T> b) => Combine(a, NotZero(b, "Fmod"), static (x, y) => x % y, "Fmod");

        /// <summary>What the division by a number leaves over, with the sign of a.</summary>
        /// <exception cref="DivideByZeroException">b is 0.</exception>
        public static Tensor<T> operator %(Tensor<T> a, T b) => a % Tensor.Scalar(b);
    }

    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryInteger<T>
    {
        /// <summary>What a division towards −∞ leaves over, with the sign of b as in Python, elementwise; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        /// <exception cref="DivideByZeroException">An element of b is 0.</exception>
        public Tensor<T> Remainder(Tensor<T> b) => Combine(x, NotZero(b, "Remainder"), static (x, y) =>
        {
            T rest = x % y;
            return rest != T.Zero && T.IsNegative(rest) != T.IsNegative(y) ? rest + y : rest;
        }, "Remainder");

        /// <summary>The remainder by a number, with its sign.</summary>
        /// <exception cref="DivideByZeroException">b is 0.</exception>
        public Tensor<T> Remainder(T b) => x.Remainder(Tensor.Scalar(b));

        /// <summary>The sum of all elements, a scalar of 64 bits; 0 for an empty tensor.</summary>
        /// <exception cref="OverflowException">An unsigned element is too large for 64 signed bits.</exception>
        public Tensor<long> Sum() => x.Flatten().Sum(0);

        /// <summary>The sum along one dimension, in 64 bits; 0 where it is empty.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="OverflowException">An unsigned element is too large for 64 signed bits.</exception>
        public Tensor<long> Sum(int dimension, bool keepDimensions = false) =>
            DimensionFold.Run(x, dimension, keepDimensions, 0L, static (sum, value) => unchecked(sum + long.CreateChecked(value)), "Sum");

        /// <summary>The largest element, a scalar.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Max() => x.Flatten().Max(0);

        /// <summary>The largest element along one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<T> Max(int dimension, bool keepDimensions = false) => Extreme(x, dimension, keepDimensions, static (a, b) => T.Max(a, b), "Max");

        /// <summary>The smallest element, a scalar.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Min() => x.Flatten().Min(0);

        /// <summary>The smallest element along one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public Tensor<T> Min(int dimension, bool keepDimensions = false) => Extreme(x, dimension, keepDimensions, static (a, b) => T.Min(a, b), "Min");
    }

    private static Tensor<T> Combine<T>(Tensor<T> a, Tensor<T> b, Func<T, T, T> f, string operation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, operation);
        Tensor<T> y = Tensor<T>.Uninitialized(shape, operation);
        ReadOnlySpan<T> left = Pointwise.Spread(a, shape), right = Pointwise.Spread(b, shape);
        Span<T> result = y.Buffer;
        for (int i = 0; i < result.Length; i++) result[i] = f(left[i], right[i]);
        return y;
    }

    private static Tensor<T> NotZero<T>(Tensor<T> b, string operation)
        where T : unmanaged, IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(b);
        return b.DenseSpan().Contains(T.Zero)
            ? throw new DivideByZeroException($"{operation}: the divisor {b.Shape} has an element 0; integers know no infinity.")
            : b;
    }

    private static Tensor<T> Extreme<T>(Tensor<T> x, int dimension, bool keepDimensions, Func<T, T, T> f, string operation)
        where T : unmanaged, IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        int at = x.Shape.Normalize(dimension, operation);
        if (x.Shape[at] == 0 && x.Shape.Without(at).Count > 0)
        {
            throw new InvalidOperationException($"{operation}: the reduced dimensions of shape {x.Shape} are empty; the extremum of nothing is undefined.");
        }

        if (x.Count == 0) return Tensor.Zeros<T>(keepDimensions ? x.Shape.With(at, 1) : x.Shape.Without(at));
        Tensor<T> first = x.Slice(at, 0, 1).Contiguous(), y = first;
        for (int k = 1; k < x.Shape[at]; k++) y = Combine(y, x.Slice(at, k, k + 1), f, operation);
        return keepDimensions ? y : y.Squeeze(at);
    }
}
