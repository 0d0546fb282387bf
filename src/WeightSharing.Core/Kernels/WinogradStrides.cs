using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// The transforms of 3×3 filters of stride two, a vector of channels at a time: two outputs from five products instead of six along each dimension.
/// </summary>
/// <remarks>
/// Of five inputs d the even ones meet the outer taps as a filter of two taps and stride one, F(2, 2) at the points 0, 1, ∞; the odd ones meet the middle
/// tap alone:
/// <code>
///      ⎡ 1 0 −1 0  0 ⎤        ⎡ 1 0 0 ⎤
///      ⎢ 0 0  1 0  0 ⎥        ⎢ 1 0 1 ⎥
/// Bᵀ = ⎢ 0 0  1 0 −1 ⎥    G = ⎢ 0 0 1 ⎥    Aᵀ = ⎡ 1 1  0 1 0 ⎤
///      ⎢ 0 1  0 0  0 ⎥        ⎢ 0 1 0 ⎥         ⎣ 0 1 −1 0 1 ⎦
///      ⎣ 0 0  0 1  0 ⎦        ⎣ 0 1 0 ⎦
/// </code>
/// The input gradient takes four values from three of dy and the filter turned around: F(2, 2) gives those that see the outer taps, the middle tap the
/// others, which are the first and the third where the padding is odd, else the second and the fourth:
/// <code>
///       ⎡ 1 −1  0 ⎤
///       ⎢ 0  1  0 ⎥         ⎡ 0 0  0 1 0 ⎤          ⎡ 1 1  0 0 0 ⎤
/// Bᵀ  = ⎢ 0  1 −1 ⎥    Aᵀ = ⎢ 1 1  0 0 0 ⎥ (odd) or ⎢ 0 0  0 1 0 ⎥ (even)
///       ⎢ s  t  0 ⎥         ⎢ 0 0  0 0 1 ⎥          ⎢ 0 1 −1 0 0 ⎥
///       ⎣ 0  s  t ⎦         ⎣ 0 1 −1 0 0 ⎦          ⎣ 0 0  0 0 1 ⎦      s, t = 1, 0 (odd) or 0, 1 (even)
/// </code>
/// All constants are 0 and ±1, so that rounding stays near that of direct sums. Source: Winograd 1980; the split by parity, Yepez and Ko 2020 (IEEE
/// Transactions on VLSI Systems 28).
/// </remarks>
internal static unsafe class WinogradStrides<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private static int Lanes => L.Count;

    /// <summary>half[column][i] = Σ_j Bᵀ[i, j] · rows[j · rowStride + column · L], j &lt; 5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputColumns(T* rows, nint rowStride, int columns, T* half)
    {
        for (int column = 0; column < columns; column++, rows += Lanes, half += 5 * Lanes)
        {
            T* lower = rows + 2 * rowStride;
            InputLine(L.Load(rows), L.Load(rows + rowStride), L.Load(lower), L.Load(lower + rowStride), L.Load(lower + 2 * rowStride), half, Lanes);
        }
    }

    /// <summary>v[(5i + j) · stride] = Σ_k half[k][i] · Bᵀ[j, k], k &lt; 5, for tiles four columns apart, written <paramref name="tileStride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputTiles(T* half, int tiles, T* v, nint stride, nint tileStride)
    {
        for (int tile = 0; tile < tiles; tile++, half += 20 * Lanes, v += tileStride)
        {
            T* from = half, to = v;
            for (int i = 0; i < 5; i++, from += Lanes, to += 5 * stride)
            {
                InputLine(
                    L.Load(from), L.Load(from + 5 * Lanes), L.Load(from + 10 * Lanes), L.Load(from + 15 * Lanes), L.Load(from + 20 * Lanes), to, stride);
            }
        }
    }

    /// <summary><see cref="InputColumns"/> of the input gradient: j &lt; 3, <paramref name="odd"/> the padding of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardColumns(T* rows, nint rowStride, int columns, bool odd, T* half)
    {
        nint first = odd ? 0 : rowStride;
        for (int column = 0; column < columns; column++, rows += Lanes, half += 5 * Lanes)
        {
            T* taken = rows + first;
            BackwardLine(L.Load(rows), L.Load(rows + rowStride), L.Load(rows + 2 * rowStride), L.Load(taken), L.Load(taken + rowStride), half, Lanes);
        }
    }

    /// <summary><see cref="InputTiles"/> of the input gradient: k &lt; 3, tiles two columns apart, <paramref name="odd"/> the padding of the columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardTiles(T* half, int tiles, bool odd, T* v, nint stride, nint tileStride)
    {
        int first = odd ? 0 : 5 * Lanes;
        for (int tile = 0; tile < tiles; tile++, half += 10 * Lanes, v += tileStride)
        {
            T* from = half, to = v;
            for (int i = 0; i < 5; i++, from += Lanes, to += 5 * stride)
            {
                T* taken = from + first;
                BackwardLine(
                    L.Load(from), L.Load(from + 5 * Lanes), L.Load(from + 10 * Lanes), L.Load(taken), L.Load(taken + 5 * Lanes), to, stride);
            }
        }
    }

    /// <summary>
    /// y[row · rowStride + (2 · tile + column) · L] = bias + (Aᵀ m A)[row, column], or 0 where that is negative and <paramref name="relu"/>; m[5i + j] of a
    /// tile at m[(5i + j) · stride + tile · tileStride].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputTiles(T* m, nint stride, nint tileStride, int tiles, T* bias, bool relu, T* y, nint rowStride)
    {
        V offset = L.Load(bias);
        for (int tile = 0; tile < tiles; tile++, m += tileStride, y += 2 * Lanes)
        {
            Pair(m, stride, out V a0, out V a1);
            Pair(m + 5 * stride, stride, out V b0, out V b1);
            Pair(m + 10 * stride, stride, out V c0, out V c1);
            Pair(m + 15 * stride, stride, out V d0, out V d1);
            Pair(m + 20 * stride, stride, out V e0, out V e1);
            V y0 = L.Add(L.Add(offset, a0), L.Add(b0, d0)), y1 = L.Add(L.Add(offset, a1), L.Add(b1, d1));
            V y2 = L.Add(L.Add(offset, e0), L.Subtract(b0, c0)), y3 = L.Add(L.Add(offset, e1), L.Subtract(b1, c1));
            if (relu)
            {
                y0 = default(Relu<T>).Apply<V, L>(y0);
                y1 = default(Relu<T>).Apply<V, L>(y1);
                y2 = default(Relu<T>).Apply<V, L>(y2);
                y3 = default(Relu<T>).Apply<V, L>(y3);
            }

            L.Store(y0, y);
            L.Store(y1, y + Lanes);
            L.Store(y2, y + rowStride);
            L.Store(y3, y + rowStride + Lanes);
        }
    }

    /// <summary>
    /// y[row · rowStride + (4 · tile + column) · L] = (Aᵀ m A)[row, column] of the input gradient; m as in <see cref="OutputTiles"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardOutputs(T* m, nint stride, nint tileStride, int tiles, bool oddRows, bool oddColumns, T* y, nint rowStride)
    {
        // Where the values of the outer taps and of the middle tap begin among the four.
        nint outerRow = oddRows ? rowStride : 0, middleRow = rowStride - outerRow;
        int outer = oddColumns ? Lanes : 0;
        for (int tile = 0; tile < tiles; tile++, m += tileStride, y += 4 * Lanes)
        {
            T* to = y + outerRow, lower = to + 2 * rowStride;
            for (int j = 0; j < 3; j += 2)
            {
                // Columns 0 and 2 of the outer taps, with column 1 between them that both share.
                T* from = m + j * stride;
                V a = L.Load(from), b = L.Load(from + 5 * stride), c = L.Load(from + 10 * stride);
                T* shared = m + stride;
                V p = L.Load(shared), q = L.Load(shared + 5 * stride), r = L.Load(shared + 10 * stride);
                V top = L.Add(a, b), bottom = L.Subtract(b, c), sharedTop = L.Add(p, q), sharedBottom = L.Subtract(q, r);
                V d = L.Load(from + 15 * stride), e = L.Load(from + 20 * stride);
                V s = L.Load(shared + 15 * stride), t = L.Load(shared + 20 * stride);
                int at = outer + j * Lanes;
                L.Store(j == 0 ? L.Add(top, sharedTop) : L.Subtract(sharedTop, top), to + at);
                L.Store(j == 0 ? L.Add(bottom, sharedBottom) : L.Subtract(sharedBottom, bottom), lower + at);
                L.Store(j == 0 ? L.Add(d, s) : L.Subtract(s, d), y + middleRow + at);
                L.Store(j == 0 ? L.Add(e, t) : L.Subtract(t, e), y + middleRow + 2 * rowStride + at);
            }

            for (int j = 0; j < 2; j++)
            {
                T* from = m + (3 + j) * stride;
                V a = L.Load(from), b = L.Load(from + 5 * stride), c = L.Load(from + 10 * stride);
                int at = Lanes - outer + 2 * j * Lanes;
                L.Store(L.Add(a, b), to + at);
                L.Store(L.Subtract(b, c), lower + at);
                L.Store(L.Load(from + 15 * stride), y + middleRow + at);
                L.Store(L.Load(from + 20 * stride), y + middleRow + 2 * rowStride + at);
            }
        }
    }

    /// <summary>
    /// d[(5i + j) · stride + tile · tileStride] = (A y Aᵀ)[i, j] of the 2×2 tiles y[row · rowStride + (2 · tile + column) · L]: the adjoint of
    /// <see cref="OutputTiles"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientTiles(T* y, nint rowStride, int tiles, T* d, nint stride, nint tileStride)
    {
        for (int tile = 0; tile < tiles; tile++, y += 2 * Lanes, d += tileStride)
        {
            V a = L.Load(y), b = L.Load(y + Lanes), p = L.Load(y + rowStride), q = L.Load(y + rowStride + Lanes);
            GradientLine(a, b, d, stride);
            GradientLine(L.Add(a, p), L.Add(b, q), d + 5 * stride, stride);
            GradientLine(L.Negate(p), L.Negate(q), d + 10 * stride, stride);
            GradientLine(a, b, d + 15 * stride, stride);
            GradientLine(p, q, d + 20 * stride, stride);
        }
    }

    /// <summary>u[(5i + j) · stride] = (G g Gᵀ)[i, j] of filters g[3u + v] at g[(3u + v) · L], turned around when <paramref name="flipped"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Filter(T* g, bool flipped, T* u, nint stride)
    {
        int step = flipped ? -Lanes : Lanes;
        T* from = flipped ? g + 8 * Lanes : g;
        V a = L.Load(from), b = L.Load(from + step), c = L.Load(from + 2 * step);
        FilterLine(a, b, c, u, stride);
        from += 3 * step;
        V p = L.Load(from), q = L.Load(from + step), r = L.Load(from + 2 * step);
        FilterLine(p, q, r, u + 15 * stride, stride);
        FilterLine(p, q, r, u + 20 * stride, stride);
        from += 3 * step;
        V s = L.Load(from), t = L.Load(from + step), w = L.Load(from + 2 * step);
        FilterLine(L.Add(a, s), L.Add(b, t), L.Add(c, w), u + 5 * stride, stride);
        FilterLine(s, t, w, u + 10 * stride, stride);
    }

    /// <summary>g[(3u + v) · L] = (Gᵀ m G)[u, v] of sums m[(5i + j) · L]: the adjoint of <see cref="Filter"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FilterGradient(T* m, T* g)
    {
        for (int v = 0; v < 3; v++)
        {
            int left = v == 0 ? 0 : v == 1 ? 3 : 1;
            T* from = m + left * Lanes;
            V a = Sum(from), b = Sum(from + 5 * Lanes), c = Sum(from + 10 * Lanes), d = Sum(from + 15 * Lanes), e = Sum(from + 20 * Lanes);
            L.Store(L.Add(a, b), g + v * Lanes);
            L.Store(L.Add(d, e), g + (3 + v) * Lanes);
            L.Store(L.Add(b, c), g + (6 + v) * Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum(T* pair) => L.Add(L.Load(pair), L.Load(pair + Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(V d0, V d1, V d2, V d3, V d4, T* to, nint stride)
    {
        L.Store(L.Subtract(d0, d2), to);
        L.Store(d2, to + stride);
        L.Store(L.Subtract(d2, d4), to + 2 * stride);
        to += 3 * stride;
        L.Store(d1, to);
        L.Store(d3, to + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BackwardLine(V d0, V d1, V d2, V middle0, V middle1, T* to, nint stride)
    {
        L.Store(L.Subtract(d0, d1), to);
        L.Store(d1, to + stride);
        L.Store(L.Subtract(d1, d2), to + 2 * stride);
        to += 3 * stride;
        L.Store(middle0, to);
        L.Store(middle1, to + stride);
    }

    // Aᵀ m
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(T* m, nint stride, out V y0, out V y1)
    {
        V m1 = L.Load(m + stride);
        y0 = L.Add(L.Add(L.Load(m), m1), L.Load(m + 3 * stride));
        y1 = L.Add(L.Subtract(m1, L.Load(m + 2 * stride)), L.Load(m + 4 * stride));
    }

    // A y
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientLine(V y0, V y1, T* to, nint stride)
    {
        L.Store(y0, to);
        L.Store(L.Add(y0, y1), to + stride);
        L.Store(L.Negate(y1), to + 2 * stride);
        to += 3 * stride;
        L.Store(y0, to);
        L.Store(y1, to + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterLine(V g0, V g1, V g2, T* to, nint stride)
    {
        L.Store(g0, to);
        L.Store(L.Add(g0, g2), to + stride);
        L.Store(g2, to + 2 * stride);
        to += 3 * stride;
        L.Store(g1, to);
        L.Store(g1, to + stride);
    }
}
