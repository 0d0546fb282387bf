using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>The numbers of a row step: transitions with the constant factors of insertions multiplied in.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal struct PairSteps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>From M, X, Y to M.</summary>
    public T MM, XM, YM;

    /// <summary>From M, X, Y to X.</summary>
    public T MX, XX, YX;

    /// <summary>From M, X, Y to Y.</summary>
    public T MY, XY, YY;

    /// <summary>To the end.</summary>
    public T ME, XE, YE;
}

/// <summary>
/// One row of a pair HMM's recursions, vectorised along the row. M and X depend on the row above alone; Y depends on its left neighbour,
/// y_j = z_j + ε·y_{j−1}, which is a scan with a constant factor once columns are measured in their own insertion probability: log₂ steps of shift and
/// multiply-add inside a vector, and one multiply-add from vector to vector.
/// </summary>
/// <remarks>
/// A row is cut into blocks of one vector, each with a binary exponent of its own: far from the best path values are e^−1000 times smaller than on it
/// and still matter, because a long gap may lead through them. Every fourth row the blocks are scaled so that their largest value is about one.
/// Durbin et al. 1998, sections 4.2 and 4.4; scans: Hillis and Steele 1986.
/// </remarks>
internal static unsafe class PairRow
{
    /// <summary>The exponent of a block of zeros.</summary>
    public const int Nothing = int.MinValue / 4;

    /// <summary>Values in a block.</summary>
    public static int Block<T>(SimdWidth width)
        where T : unmanaged => width switch
        {
            SimdWidth.Vector512 => 64 / sizeof(T),
            SimdWidth.Vector256 => 32 / sizeof(T),
            _ => 16 / sizeof(T),
        };

    /// <summary>
    /// Forward: M_j = profile_j·d_{j−1}, X_j = ex·u_j, Y_j = MY·M′_{j−1} + XY·X_{j−1} + YY·Y_{j−1} with M′ = M + start; then d = MM·M′ + XM·X + YM·Y and
    /// u = MX·M′ + XX·X + YX·Y for the next row, in place.
    /// </summary>
    /// <param name="profile">Match factors of this row's symbol; 0 in column 0 and beyond the last.</param>
    /// <param name="ex">Insertion factor of this row's symbol.</param>
    /// <param name="start">Begin at every column: the value added to M, in absolute scale (exponent 0); 0 for none.</param>
    /// <param name="startFirst">Begin at column 0 alone.</param>
    /// <param name="d">Of the row above; receives this row's.</param>
    /// <param name="u">Of the row above; receives this row's.</param>
    /// <param name="exponents">Of the blocks of d and u; updated.</param>
    /// <param name="rows">Receives M, X, Y, three runs of d's length; empty when nobody wants them.</param>
    /// <param name="rowExponents">Exponents of the blocks of <paramref name="rows"/>.</param>
    /// <param name="steps">Transitions.</param>
    /// <param name="rescale">Scales the blocks afterwards.</param>
    /// <param name="width">The variant.</param>
    public static void Forward<T>(
        ReadOnlySpan<T> profile, T ex, T start, T startFirst, Span<T> d, Span<T> u, Span<int> exponents, Span<T> rows, Span<int> rowExponents, in PairSteps<T> steps,
        bool rescale, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* p = profile, dp = d, up = u, r = rows)
        fixed (int* e = exponents, re = rowExponents)
        {
            PairSteps<T> own = steps;
            switch (width)
            {
                case SimdWidth.Vector512: Forward<T, Vector512<T>, Lanes512<T>>(p, ex, start, startFirst, dp, up, e, r, re, &own, d.Length, rescale); break;
                case SimdWidth.Vector256: Forward<T, Vector256<T>, Lanes256<T>>(p, ex, start, startFirst, dp, up, e, r, re, &own, d.Length, rescale); break;
                default: Forward<T, Vector128<T>, Lanes128<T>>(p, ex, start, startFirst, dp, up, e, r, re, &own, d.Length, rescale); break;
            }
        }
    }

    /// <summary>
    /// Backward, columns reversed: gd = GM of the row below and its right neighbour, gx = GX of the row below; By = YM·gd + YX·gx + YY·gy + YE·end with
    /// gy = By of the right neighbour, Bm and Bx likewise; then GM = profile·Bm and GX = ex·Bx for the row above, in place.
    /// </summary>
    /// <param name="profile">Match factors of this row's symbol, reversed; 0 where there is none.</param>
    /// <param name="ex">Insertion factor of this row's symbol.</param>
    /// <param name="end">The end at every column, in absolute scale; 0 for none.</param>
    /// <param name="endFirst">The end at the last column alone (the first reversed).</param>
    /// <param name="gm">Of the row below; receives this row's.</param>
    /// <param name="gx">Of the row below; receives this row's.</param>
    /// <param name="exponents">Of their blocks; updated.</param>
    /// <param name="rows">Receives gd, gx, gy, three runs of gm's length.</param>
    /// <param name="rowExponents">Exponents of the blocks of <paramref name="rows"/>.</param>
    /// <param name="steps">Transitions.</param>
    /// <param name="rescale">Scales the blocks afterwards.</param>
    /// <param name="width">The variant.</param>
    public static void Backward<T>(
        ReadOnlySpan<T> profile, T ex, T end, T endFirst, Span<T> gm, Span<T> gx, Span<int> exponents, Span<T> rows, Span<int> rowExponents, in PairSteps<T> steps,
        bool rescale, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* p = profile, m = gm, x = gx, r = rows)
        fixed (int* e = exponents, re = rowExponents)
        {
            PairSteps<T> own = steps;
            switch (width)
            {
                case SimdWidth.Vector512: Backward<T, Vector512<T>, Lanes512<T>>(p, ex, end, endFirst, m, x, e, r, re, &own, gm.Length, rescale); break;
                case SimdWidth.Vector256: Backward<T, Vector256<T>, Lanes256<T>>(p, ex, end, endFirst, m, x, e, r, re, &own, gm.Length, rescale); break;
                default: Backward<T, Vector128<T>, Lanes128<T>>(p, ex, end, endFirst, m, x, e, r, re, &own, gm.Length, rescale); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T, V, L>(
        T* profile, T ex, T start, T startFirst, T* d, T* u, int* exponents, T* rows, int* rowExponents, PairSteps<T>* steps, int length, bool rescale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, IVectorLanes<T, V>
    {
        V mm = L.Broadcast(steps->MM), xm = L.Broadcast(steps->XM), ym = L.Broadcast(steps->YM), mx = L.Broadcast(steps->MX), xx = L.Broadcast(steps->XX);
        V yx = L.Broadcast(steps->YX), my = L.Broadcast(steps->MY), xy = L.Broadcast(steps->XY), insert = L.Broadcast(ex);
        T e1 = steps->YY, e2 = e1 * e1, e4 = e2 * e2, e8 = e4 * e4;
        V scan1 = L.Broadcast(e1), scan2 = L.Broadcast(e2), scan4 = L.Broadcast(e4), scan8 = L.Broadcast(e8);
        V powers = Powers<T, V, L>(e1);
        T whole = L.Count == 16 ? e8 * e8 : L.Count == 8 ? e8 : L.Count == 4 ? e4 : e2;
        bool crossing = steps->XY != T.Zero || steps->YX != T.Zero, starts = start != T.Zero;
        T carry = T.Zero, diagonal = T.Zero;                    // from the block to the left: this row's y input, the row above's d
        int carryExponent = Nothing, diagonalExponent = Nothing;
        for (int b = 0, j = 0; j < length; b++, j += L.Count)
        {
            int exponent = exponents[b], incoming = Math.Max(carryExponent, diagonalExponent);
            if (starts || j == 0 && startFirst != T.Zero) incoming = Math.Max(incoming, 0);
            V dv = L.Load(d + j), uv = L.Load(u + j);
            if (exponent != incoming && incoming > exponent + 40)
            {
                // What comes in dwarfs the block: it is measured by that from now on.
                V shrink = L.Broadcast(Power<T>(exponent - incoming));
                dv = L.Multiply(dv, shrink);
                uv = L.Multiply(uv, shrink);
                exponent = incoming;
            }

            T fromDiagonal = diagonalExponent == exponent ? diagonal : diagonal * Power<T>(diagonalExponent - exponent);
            T fromLeft = carryExponent == exponent ? carry : carry * Power<T>(carryExponent - exponent);
            diagonal = L.Last(dv);
            diagonalExponent = exponent;
            V m = L.Multiply(L.Load(profile + j), L.ShiftUp(dv, 1, L.Broadcast(fromDiagonal))), x = L.Multiply(insert, uv), source = m;
            if (starts) source = L.Add(m, L.Broadcast(start * Power<T>(-exponent)));
            else if (j == 0 && startFirst != T.Zero) source = L.Add(m, L.WithFirst(L.Zero, startFirst * Power<T>(-exponent)));
            V z = L.Multiply(my, source);
            if (crossing) z = L.MultiplyAdd(xy, x, z);
            V y = L.ShiftUp(z, 1, L.Zero);
            y = L.MultiplyAdd(scan1, L.ShiftUp(y, 1, L.Zero), y);
            if (L.Count > 2) y = L.MultiplyAdd(scan2, L.ShiftUp(y, 2, L.Zero), y);
            if (L.Count > 4) y = L.MultiplyAdd(scan4, L.ShiftUp(y, 4, L.Zero), y);
            if (L.Count > 8) y = L.MultiplyAdd(scan8, L.ShiftUp(y, 8, L.Zero), y);
            carry = L.Last(z) + e1 * L.Last(y) + whole * fromLeft;
            carryExponent = exponent;
            y = L.MultiplyAdd(powers, L.Broadcast(fromLeft), y);
            V below = L.MultiplyAdd(mm, source, L.MultiplyAdd(xm, x, L.Multiply(ym, y))), under = L.MultiplyAdd(mx, source, L.Multiply(xx, x));
            if (crossing) under = L.MultiplyAdd(yx, y, under);
            if (rows is not null)
            {
                L.Store(m, rows + j);
                L.Store(x, rows + length + j);
                L.Store(y, rows + 2 * length + j);
                rowExponents[b] = exponent;
            }

            if (rescale) Rescale<T, V, L>(ref below, ref under, ref exponent);
            L.Store(below, d + j);
            L.Store(under, u + j);
            exponents[b] = exponent;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T, V, L>(
        T* profile, T ex, T end, T endFirst, T* gm, T* gx, int* exponents, T* rows, int* rowExponents, PairSteps<T>* steps, int length, bool rescale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, IVectorLanes<T, V>
    {
        V mm = L.Broadcast(steps->MM), xm = L.Broadcast(steps->XM), ym = L.Broadcast(steps->YM), mx = L.Broadcast(steps->MX), xx = L.Broadcast(steps->XX);
        V yx = L.Broadcast(steps->YX), my = L.Broadcast(steps->MY), xy = L.Broadcast(steps->XY), insert = L.Broadcast(ex);
        V me = L.Broadcast(steps->ME), xe = L.Broadcast(steps->XE), ye = L.Broadcast(steps->YE);
        T e1 = steps->YY, e2 = e1 * e1, e4 = e2 * e2, e8 = e4 * e4;
        V scan1 = L.Broadcast(e1), scan2 = L.Broadcast(e2), scan4 = L.Broadcast(e4), scan8 = L.Broadcast(e8), powers = Powers<T, V, L>(e1);
        T carry = T.Zero, diagonal = T.Zero;                    // from the block before: this row's By, the row below's GM
        int carryExponent = Nothing, diagonalExponent = Nothing;
        for (int b = 0, j = 0; j < length; b++, j += L.Count)
        {
            int exponent = exponents[b], incoming = Math.Max(carryExponent, diagonalExponent);
            bool ends = end != T.Zero || j == 0 && endFirst != T.Zero;
            if (ends) incoming = Math.Max(incoming, 0);
            V match = L.Load(gm + j), under = L.Load(gx + j);
            if (incoming > exponent + 40)
            {
                V shrink = L.Broadcast(Power<T>(exponent - incoming));
                match = L.Multiply(match, shrink);
                under = L.Multiply(under, shrink);
                exponent = incoming;
            }

            T fromDiagonal = diagonal * Power<T>(diagonalExponent - exponent), fromLeft = carry * Power<T>(carryExponent - exponent);
            diagonal = L.Last(match);
            diagonalExponent = exponent;
            V gd = L.ShiftUp(match, 1, L.Broadcast(fromDiagonal)), over = L.Zero;
            if (end != T.Zero) over = L.Broadcast(end * Power<T>(-exponent));
            else if (ends) over = L.WithFirst(L.Zero, endFirst * Power<T>(-exponent));
            V by = L.MultiplyAdd(ye, over, L.MultiplyAdd(yx, under, L.Multiply(ym, gd)));
            by = L.MultiplyAdd(scan1, L.ShiftUp(by, 1, L.Zero), by);
            if (L.Count > 2) by = L.MultiplyAdd(scan2, L.ShiftUp(by, 2, L.Zero), by);
            if (L.Count > 4) by = L.MultiplyAdd(scan4, L.ShiftUp(by, 4, L.Zero), by);
            if (L.Count > 8) by = L.MultiplyAdd(scan8, L.ShiftUp(by, 8, L.Zero), by);
            by = L.MultiplyAdd(powers, L.Broadcast(e1 * fromLeft), by);
            V gy = L.ShiftUp(by, 1, L.Broadcast(fromLeft));
            carry = L.Last(by);
            carryExponent = exponent;
            V bm = L.MultiplyAdd(me, over, L.MultiplyAdd(my, gy, L.MultiplyAdd(mx, under, L.Multiply(mm, gd))));
            V bx = L.MultiplyAdd(xe, over, L.MultiplyAdd(xy, gy, L.MultiplyAdd(xx, under, L.Multiply(xm, gd))));
            L.Store(gd, rows + j);
            L.Store(under, rows + length + j);
            L.Store(gy, rows + 2 * length + j);
            rowExponents[b] = exponent;
            V newMatch = L.Multiply(L.Load(profile + j), bm), newUnder = L.Multiply(insert, bx);
            if (rescale) Rescale<T, V, L>(ref newMatch, ref newUnder, ref exponent);
            L.Store(newMatch, gm + j);
            L.Store(newUnder, gx + j);
            exponents[b] = exponent;
        }
    }

    // 1, ε, ε², …: what a value that comes in from the left is worth along the block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Powers<T, V, L>(T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, IVectorLanes<T, V>
    {
        T* values = stackalloc T[16];
        values[0] = T.One;
        for (int i = 1; i < L.Count; i++) values[i] = values[i - 1] * factor;
        return L.Load(values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rescale<T, V, L>(ref V first, ref V second, ref int exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, IVectorLanes<T, V>
    {
        T largest = L.Largest(L.Max(first, second));
        if (largest == T.Zero)
        {
            exponent = Nothing;
            return;
        }

        int shift = Exponent(largest);
        if (shift == 0) return;
        V factor = L.Broadcast(Power<T>(-shift));
        first = L.Multiply(first, factor);
        second = L.Multiply(second, factor);
        exponent += shift;
    }

    // The binary exponent of a positive number, limited so that a power of it exists.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Exponent<T>(T value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Math.Max((int)(BitConverter.SingleToUInt32Bits((float)(object)value) >> 23) - 127, -126);
        return Math.Max((int)(BitConverter.DoubleToUInt64Bits((double)(object)value) >> 52) - 1023, -1022);
    }

    /// <summary>2ⁿ; 0 below the normal numbers, and the largest power above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Power<T>(int exponent)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            float power = exponent < -126 ? 0 : BitConverter.UInt32BitsToSingle((uint)(Math.Min(exponent, 127) + 127) << 23);
            return (T)(object)power;
        }

        double wide = exponent < -1022 ? 0 : BitConverter.UInt64BitsToDouble((ulong)(Math.Min(exponent, 1023) + 1023) << 52);
        return (T)(object)wide;
    }
}
