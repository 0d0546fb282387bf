using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

// Floats by table: f(a) = high + low with high a constant of a's segment and low a polynomial in the distance from the segment's centre, a fraction
// of high. The result is a sum of few terms whose largest is exact, so that hardly more than its own rounding remains. Where the table ends a lane
// takes the function for all arguments; a vector without such a lane skips it, which changes no bit.
internal static unsafe partial class VectorMath<T, V, L>
{
    /// <summary>f(a) = high + low by <paramref name="table"/>, 0 ≤ a ≤ 31.5 widths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Piece(V a, float* table, double width, out V low)
    {
        // Adding 1.5 · 2²³ leaves the segment's number in the last bits; width has few digits, so that the distance is exact.
        V shift = Constant(12582912);
        V shifted = L.MultiplyAdd(a, Constant(1 / width), shift);
        V t = L.MultiplyAdd(L.Subtract(shifted, shift), Constant(-width), a);
        T* row = (T*)table;
        V p = L.Lookup(row + 5 * PiecewiseTables.Segments, shifted);
        p = L.MultiplyAdd(p, t, L.Lookup(row + 4 * PiecewiseTables.Segments, shifted));
        p = L.MultiplyAdd(p, t, L.Lookup(row + 3 * PiecewiseTables.Segments, shifted));
        p = L.MultiplyAdd(p, t, L.Lookup(row + 2 * PiecewiseTables.Segments, shifted));
        p = L.MultiplyAdd(p, t, L.Lookup(row + 1 * PiecewiseTables.Segments, shifted));
        low = L.MultiplyAdd(p, t, L.Lookup(row + PiecewiseTables.ConstantRest, shifted));
        return L.Lookup(row, shifted);
    }

    /// <summary>a · (high + low) in two parts, the returned and <paramref name="rest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Times(V a, V high, V low, out V rest)
    {
        V product = L.Multiply(a, high);
        rest = L.MultiplyAdd(a, low, Rest(a, high, L.Negate(product)));
        return product;
    }

    /// <summary>max(x, 0) − |x| Q(|x|)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluByTable(V x)
    {
        V a = L.Abs(x), end = Constant(PiecewiseTables.NormalTail.End), farEnd = Constant(PiecewiseTables.NormalTailFar.End);
        V high = Piece(a, PiecewiseTables.NormalTail.Table, PiecewiseTables.NormalTail.Width, out V low);
        V y = GeluOf(x, a, high, low);
        if (L.AllLess(a, end)) return y;

        // x beyond the second table takes Q of its end, which changes no digit of a positive x.
        V limited = L.Clamp(a, end, farEnd);
        high = Piece(L.Subtract(limited, end), PiecewiseTables.NormalTailFar.Table, PiecewiseTables.NormalTailFar.Width, out low);
        y = L.Select(L.LessThan(a, end), y, GeluOf(x, limited, high, low));
        V minus = L.Negate(x);
        return L.AllLess(minus, farEnd) ? y : L.Select(L.LessThan(minus, farEnd), y, GeluAnywhere(x));
    }

    // The sign is for −0, whose maximum with 0 is either.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluOf(V x, V a, V high, V low)
    {
        V product = Times(a, high, low, out V rest);
        V y = L.Subtract(L.Subtract(L.MaxOfNumbers(x, L.Zero), product), rest);
        return L.Or(y, L.And(x, Constant(-0.0)));
    }

    /// <summary>t = Q(|x|) − |x| φ(x) for negative x, 1 − t for positive</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluSlopeByTable(V x)
    {
        V a = L.Abs(x), end = Constant(PiecewiseTables.GeluSlopeTail.End), farEnd = Constant(PiecewiseTables.GeluSlopeTailFar.End);
        V high = Piece(a, PiecewiseTables.GeluSlopeTail.Table, PiecewiseTables.GeluSlopeTail.Width, out V low);
        V t = L.Add(high, low), one = Constant(1);
        V negative = L.LessThan(x, L.Zero);
        V y = L.Select(negative, t, L.Subtract(one, t));
        if (L.AllLess(a, end)) return y;

        V distance = L.Subtract(L.Clamp(a, end, farEnd), end);
        high = Piece(distance, PiecewiseTables.GeluSlopeTailFar.Table, PiecewiseTables.GeluSlopeTailFar.Width, out low);
        t = L.Add(high, low);
        y = L.Select(L.LessThan(a, end), y, L.Select(negative, t, L.Subtract(one, t)));
        V minus = L.Negate(x);
        return L.AllLess(minus, farEnd) ? y : L.Select(L.LessThan(minus, farEnd), y, GeluSlopeAnywhere(x));
    }

    /// <summary>|x| erf(|x|) / |x|</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ErfByTable(V x)
        => OddByRatio(x, PiecewiseTables.ErfRatio.Table, PiecewiseTables.ErfRatio.Width, PiecewiseTables.ErfRatio.End);

    /// <summary>|x| tanh(|x|) / |x|</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TanhByTable(V x)
        => OddByRatio(x, PiecewiseTables.TanhRatio.Table, PiecewiseTables.TanhRatio.Width, PiecewiseTables.TanhRatio.End);

    /// <summary>An odd function by the table of f(a) / a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OddByRatio(V x, float* table, double width, double end)
    {
        V a = L.Abs(x);
        V high = Piece(a, table, width, out V low);
        V product = Times(a, high, low, out V rest);

        // Where the table ends, 1 is the nearest float; NaN is not beyond.
        return WithSign(L.Select(L.GreaterThan(a, Constant(end)), Constant(1), L.Add(product, rest)), x);
    }

    /// <summary>σ(−a), or 1 − σ(−a) for positive x</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SigmoidByTable(V x)
    {
        V a = L.Abs(x), end = Constant(PiecewiseTables.SigmoidTail.End);
        V high = Piece(a, PiecewiseTables.SigmoidTail.Table, PiecewiseTables.SigmoidTail.Width, out V low);
        V one = Constant(1);
        V whole = L.Select(L.LessThan(x, L.Zero), L.Zero, one);
        V y = L.Abs(L.Subtract(L.Subtract(whole, high), low));
        return L.AllLess(a, end) ? y : L.Select(L.LessThan(a, end), y, SigmoidAnywhere(x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SoftplusByTable(V x)
    {
        V a = L.Abs(x), end = Constant(PiecewiseTables.SoftplusTail.End);
        V high = Piece(a, PiecewiseTables.SoftplusTail.Table, PiecewiseTables.SoftplusTail.Width, out V low);
        V y = L.Add(L.MaxOfNumbers(x, L.Zero), L.Add(high, low));
        return L.AllLess(a, end) ? y : L.Select(L.LessThan(a, end), y, SoftplusAnywhere(x));
    }
}
