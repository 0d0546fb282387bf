using System.Numerics;
using System.Numerics.Tensors;

namespace WeightSharing.Tensors;

/// <summary>Makes tensors.</summary>
public static class Tensor
{
    /// <summary>A tensor that holds a copy of <paramref name="values"/> in row-major order.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's number of elements.</exception>
    public static Tensor<T> From<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        if (values.Length != shape.Count)
        {
            throw new ArgumentException($"Tensor.From: {values.Length} values for shape {shape}, which has {shape.Count} elements.", nameof(values));
        }

        Tensor<T> result = Tensor<T>.Uninitialized(shape, nameof(From));
        values.CopyTo(result.Buffer);
        return result;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor<T> From<T>(T[] values, Shape shape)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape);

    /// <summary>A vector that holds a copy of <paramref name="values"/>.</summary>
    public static Tensor<T> From<T>(params T[] values)
        where T : unmanaged => From(values, values.Length);

    /// <summary>A matrix that holds a copy of <paramref name="values"/>.</summary>
    public static Tensor<T> From<T>(T[,] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return From([.. values.Cast<T>()], [values.GetLength(0), values.GetLength(1)]);
    }

    /// <summary>A copy of a tensor span of the base library, of any strides.</summary>
    public static Tensor<T> From<T>(ReadOnlyTensorSpan<T> values)
        where T : unmanaged
    {
        Span<int> extents = stackalloc int[values.Rank];
        for (int i = 0; i < extents.Length; i++) extents[i] = checked((int)values.Lengths[i]);
        Tensor<T> result = Tensor<T>.Uninitialized(new Shape(extents), nameof(From));
        values.FlattenTo(result.Buffer);
        return result;
    }

    /// <summary>A tensor over the caller's array, without a copy: writes on either side show on the other.</summary>
    /// <exception cref="ArgumentException">The array's length is not the shape's number of elements.</exception>
    public static Tensor<T> Wrap<T>(T[] values, Shape shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != shape.Count)
        {
            throw new ArgumentException($"Tensor.Wrap: an array of {values.Length} for shape {shape}, which has {shape.Count} elements.", nameof(values));
        }

        return new Tensor<T>(Storage<T>.Wrap(values, nameof(Wrap)), shape);
    }

    /// <summary>A scalar: shape <c>[]</c>.</summary>
    public static Tensor<T> Scalar<T>(T value)
        where T : unmanaged => Full([], value);

    /// <summary>Every element the same.</summary>
    public static Tensor<T> Full<T>(Shape shape, T value)
        where T : unmanaged
    {
        Tensor<T> result = Tensor<T>.Uninitialized(shape, nameof(Full));
        result.Buffer.Fill(value);
        return result;
    }

    /// <summary>Zeros (false for bool).</summary>
    public static Tensor<T> Zeros<T>(params Shape shape)
        where T : unmanaged => Tensor<T>.Zeroed(shape, nameof(Zeros));

    /// <summary>Ones.</summary>
    public static Tensor<T> Ones<T>(params Shape shape)
        where T : unmanaged, INumberBase<T> => Full(shape, T.One);

    /// <summary>The identity matrix [n, n].</summary>
    public static Tensor<T> Eye<T>(int n)
        where T : unmanaged, INumberBase<T>
    {
        Tensor<T> result = Zeros<T>([n, n]);
        for (int i = 0; i < n; i++) result.Buffer[i * n + i] = T.One;
        return result;
    }

    /// <summary>start, start + step, … up to, not including, <paramref name="stop"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="step"/> is zero or leads away from <paramref name="stop"/>, or a value is not finite.</exception>
    public static Tensor<T> Arange<T>(T start, T stop, T step)
        where T : unmanaged, INumber<T>
    {
        if (T.IsZero(step) || !T.IsFinite(step) || !T.IsFinite(start) || !T.IsFinite(stop) || (step > T.Zero ? stop < start : stop > start))
        {
            throw new ArgumentException($"Arange: step {step} does not lead from {start} to {stop}.", nameof(step));
        }

        int count = checked((int)Math.Ceiling(double.CreateChecked(stop - start) / double.CreateChecked(step)));
        Tensor<T> result = Tensor<T>.Uninitialized(count, nameof(Arange));
        // start + i·step rather than repeated addition: the error does not grow with i.
        for (int i = 0; i < count; i++) result.Buffer[i] = start + T.CreateChecked(i) * step;
        return result;
    }

    /// <summary>0, 1, … <paramref name="count"/> − 1.</summary>
    public static Tensor<T> Arange<T>(int count)
        where T : unmanaged, INumber<T> => Arange(T.Zero, T.CreateChecked(count), T.One);

    /// <summary><paramref name="count"/> evenly spaced values from <paramref name="start"/> to <paramref name="stop"/>, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static Tensor<T> Linspace<T>(T start, T stop, int count)
        where T : unmanaged, IFloatingPoint<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Tensor<T> result = Tensor<T>.Uninitialized(count, nameof(Linspace));
        T last = T.CreateChecked(Math.Max(count - 1, 1));
        for (int i = 0; i < count; i++)
        {
            T t = T.CreateChecked(i) / last;
            result.Buffer[i] = start * (T.One - t) + stop * t;
        }

        return result;
    }

    /// <summary>Independent normal deviates of this mean and standard deviation; element i depends on the key and i alone.</summary>
    public static Tensor<T> Normal<T>(Shape shape, RandomKey key, double mean = 0, double standardDeviation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> result = Tensor<T>.Uninitialized(shape, nameof(Normal));
        key.FillNormal(result.Buffer, mean, standardDeviation);
        return result;
    }

    /// <summary>Independent deviates, uniform in [low, high); element i depends on the key and i alone.</summary>
    public static Tensor<T> Uniform<T>(Shape shape, RandomKey key, double low = 0, double high = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> result = Tensor<T>.Uninitialized(shape, nameof(Uniform));
        key.FillUniform(result.Buffer, low, high);
        return result;
    }

    /// <summary>A random permutation of 0 … <paramref name="count"/> − 1 (Fisher–Yates).</summary>
    public static Tensor<int> Permutation(int count, RandomKey key)
    {
        Tensor<int> result = Arange<int>(count);
        Span<int> order = result.Buffer;
        for (int i = count - 1; i > 0; i--)
        {
            int j = key.Below(i + 1, (uint)i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return result;
    }
}
