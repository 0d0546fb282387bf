using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// What short contiguous rows have in common that are worked on a tile at a time: what is elementwise goes over the whole tile in full vectors, whatever the
/// rows' length, and what a row's elements share is written out for each of them first. (Rows one by one, in vectors that reach into the next row, take half
/// as long again.)
/// </summary>
/// <remarks>A tile is a number of whole vectors; where a vector would reach beyond the operands, it has to be computed on copies.</remarks>
internal static unsafe class ShortRows<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Rows of a tile at most, and the elements that one takes, with a vector that is read or written beyond its end.</summary>
    public const int RowsTogether = 64, Capacity = ElementsTogether + LongestVector;

    private const int ElementsTogether = 1024, LongestVector = 16;

    /// <summary>The rows of n elements, n at most 64, that make a tile.</summary>
    public static nint Together(nint n) => nint.Min(ElementsTogether / n, RowsTogether) & -LongestVector;

    /// <summary>True where a tile of <paramref name="count"/> rows must be copied, of <paramref name="rows"/> that are left, and elements after them.</summary>
    public static bool NeedsCopies(nint count, nint rows, nint n, nint following) => count < Together(n) || (rows - count) * n + following < L.Count;

    public static void Copy(T* from, T* to, nint n) => new Span<T>(from, (int)n).CopyTo(new Span<T>(to, (int)n));

    /// <summary>y[k · n + i] = values[k]. What a row's last vector writes beyond the row, the next row overwrites.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Spread(T* values, nint rows, nint n, T* y)
    {
        for (nint k = 0; k < rows; k++, y += n)
        {
            V value = L.Broadcast(values[k]);
            L.Store(value, y);
            for (nint i = L.Count; i < n; i += L.Count) L.Store(value, y + i);
        }
    }

    /// <summary>y = scale · e^(x − max − logarithm), with one maximum, logarithm and scale a row.</summary>
    public static void Probabilities(T* x, T* max, T* logarithm, T* scale, T* y, nint rows, nint n, nint following)
    {
        using Scratch<T> scratch = Scratch<T>.Rent(4 * Capacity);
        T* spreadMax = scratch.Pointer, spreadLogarithm = spreadMax + Capacity, spreadScale = spreadLogarithm + Capacity, copy = spreadScale + Capacity;
        nint together = Together(n);
        for (nint row = 0; row < rows; row += together)
        {
            nint count = nint.Min(together, rows - row), length = count * n;
            T* from = x + row * n, to = y + row * n;
            bool copies = NeedsCopies(count, rows - row, n, following);
            if (copies)
            {
                Copy(from, copy, length);
                from = to = copy;
            }

            Spread(max + row, count, n, spreadMax);
            Spread(logarithm + row, count, n, spreadLogarithm);
            Spread(scale + row, count, n, spreadScale);
            ScaledExponentials(from, spreadMax, spreadLogarithm, spreadScale, length, to);
            if (copies) Copy(copy, y + row * n, length);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ScaledExponentials(T* x, T* max, T* logarithm, T* scale, nint length, T* y)
    {
        for (nint i = 0; i < length; i += L.Count)
        {
            V exponent = L.Subtract(L.Subtract(L.Load(x + i), L.Load(max + i)), L.Load(logarithm + i));
            L.Store(L.Multiply(VectorMath<T, V, L>.Exp(exponent), L.Load(scale + i)), y + i);
        }
    }
}
