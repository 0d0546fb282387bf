using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// The three transforms of F(4×4, 3×3) at the points 0, ±√½, ±√2, ∞, a vector of channels at a time.
/// </summary>
/// <remarks>
/// With Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A, d 6×6 of the input, g 3×3, Y 4×4, a = √½, b = √2:
/// <code>
///      ⎡ 1  0 −2½  0  1  0 ⎤        ⎡   1     0     0  ⎤
///      ⎢ 0 −b  −2  a  1  0 ⎥        ⎢ −2/3 −2a/3  −1/3 ⎥          ⎡ 1  1    1   1   1  0 ⎤
/// Bᵀ = ⎢ 0  b  −2 −a  1  0 ⎥    G = ⎢ −2/3  2a/3  −1/3 ⎥     Aᵀ = ⎢ 0  a   −a   b  −b  0 ⎥
///      ⎢ 0 −a  −½  b  1  0 ⎥        ⎢  1/6   b/6   1/3 ⎥          ⎢ 0  ½    ½   2   2  0 ⎥
///      ⎢ 0  a  −½ −b  1  0 ⎥        ⎢  1/6  −b/6   1/3 ⎥          ⎣ 0 a/2 −a/2 2b −2b  1 ⎦
///      ⎣ 0  1   0 −2½ 0  1 ⎦        ⎣   0     0     1  ⎦
/// </code>
/// These points cost as many operations as the usual 0, ±1, ±2, ∞ and a quarter of their rounding error: a·b = 1, so that the sums of a row stay
/// balanced. Source: Winograd 1980; Lavin and Gray 2016 (arXiv:1509.09308); on points, Barabasz et al. 2020 (arXiv:1803.10986).
/// </remarks>
internal static unsafe class WinogradTransform<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const double A = 0.70710678118654752440, B = 1.41421356237309504880;

    private static int Lanes => L.Count;

    /// <summary>half[column][i] = Σ_j Bᵀ[i, j] · rows[j · rowStride + column · L]: the transform of whole columns, which neighbouring tiles share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputColumns(T* rows, nint rowStride, int columns, T* half)
    {
        for (int column = 0; column < columns; column++, rows += Lanes, half += 6 * Lanes)
        {
            T* lower = rows + 3 * rowStride;
            InputLine(
                L.Load(rows), L.Load(rows + rowStride), L.Load(rows + 2 * rowStride), L.Load(lower), L.Load(lower + rowStride),
                L.Load(lower + 2 * rowStride), half, Lanes);
        }
    }

    /// <summary>v[(6i + j) · stride] = Σ_k half[k][i] · Bᵀ[j, k], for tiles four columns apart, written <paramref name="tileStride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputTiles(T* half, int tiles, T* v, nint stride, nint tileStride)
    {
        for (int tile = 0; tile < tiles; tile++, half += 24 * Lanes, v += tileStride)
        {
            T* from = half, to = v;
            for (int i = 0; i < 6; i++, from += Lanes, to += 6 * stride)
            {
                InputLine(
                    L.Load(from), L.Load(from + 6 * Lanes), L.Load(from + 12 * Lanes), L.Load(from + 18 * Lanes), L.Load(from + 24 * Lanes),
                    L.Load(from + 30 * Lanes), to, stride);
            }
        }
    }

    /// <summary>
    /// y[row · rowStride + (4 · tile + column) · L] = bias + (Aᵀ m A)[row, column], or 0 where that is negative and <paramref name="relu"/>; m[6i + j] of a
    /// tile at m[(6i + j) · stride + tile · tileStride].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputTiles(T* m, nint stride, nint tileStride, int tiles, T* bias, bool relu, T* y, nint rowStride)
    {
        T* half = stackalloc T[24 * Lanes];
        V offset = L.Load(bias);
        V a = L.Broadcast(T.CreateChecked(A)), b = L.Broadcast(T.CreateChecked(B)), two = L.Broadcast(T.CreateChecked(2));
        V twoB = L.Broadcast(T.CreateChecked(2 * B)), quarterB = L.Broadcast(T.CreateChecked(A / 2)), halfOne = L.Broadcast(T.CreateChecked(0.5));
        for (int tile = 0; tile < tiles; tile++, m += tileStride, y += 4 * Lanes)
        {
            // half[row][j] = Σ_i Aᵀ[row, i] · m[6i + j]
            T* from = m;
            for (int j = 0; j < 6; j++, from += stride)
            {
                T* at = from + 6 * stride;
                V m0 = L.Load(from), m1 = L.Load(at), m2 = L.Load(at + 6 * stride);
                at += 12 * stride;
                V m3 = L.Load(at), m4 = L.Load(at + 6 * stride), m5 = L.Load(at + 12 * stride);
                V s = L.Add(m1, m2), d = L.Subtract(m1, m2), t = L.Add(m3, m4), e = L.Subtract(m3, m4);
                T* to = half + j * Lanes;
                L.Store(L.Add(m0, L.Add(s, t)), to);
                L.Store(L.MultiplyAdd(b, e, L.Multiply(a, d)), to + 6 * Lanes);
                L.Store(L.MultiplyAdd(two, t, L.Multiply(halfOne, s)), to + 12 * Lanes);
                L.Store(L.MultiplyAdd(twoB, e, L.MultiplyAdd(quarterB, d, m5)), to + 18 * Lanes);
            }

            from = half;
            T* row = y;
            for (int i = 0; i < 4; i++, from += 6 * Lanes, row += rowStride)
            {
                V m0 = L.Load(from), m1 = L.Load(from + Lanes), m2 = L.Load(from + 2 * Lanes);
                V m3 = L.Load(from + 3 * Lanes), m4 = L.Load(from + 4 * Lanes), m5 = L.Load(from + 5 * Lanes);
                V s = L.Add(m1, m2), d = L.Subtract(m1, m2), t = L.Add(m3, m4), e = L.Subtract(m3, m4);
                V y0 = L.Add(L.Add(offset, m0), L.Add(s, t)), y1 = L.MultiplyAdd(b, e, L.MultiplyAdd(a, d, offset));
                V y2 = L.MultiplyAdd(two, t, L.MultiplyAdd(halfOne, s, offset));
                V y3 = L.MultiplyAdd(twoB, e, L.MultiplyAdd(quarterB, d, L.Add(m5, offset)));
                if (relu)
                {
                    y0 = default(Relu<T>).Apply<V, L>(y0);
                    y1 = default(Relu<T>).Apply<V, L>(y1);
                    y2 = default(Relu<T>).Apply<V, L>(y2);
                    y3 = default(Relu<T>).Apply<V, L>(y3);
                }

                L.Store(y0, row);
                L.Store(y1, row + Lanes);
                L.Store(y2, row + 2 * Lanes);
                L.Store(y3, row + 3 * Lanes);
            }
        }
    }

    /// <summary>u[(6i + j) · stride] = (G g Gᵀ)[i, j] of filters g[3u + v] at g[(3u + v) · L], turned around when <paramref name="flipped"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Filter(T* g, bool flipped, T* u, nint stride)
    {
        T* half = stackalloc T[18 * Lanes];
        int step = flipped ? -Lanes : Lanes;
        T* from = flipped ? g + 8 * Lanes : g;
        for (int column = 0; column < 3; column++, from += step)
            FilterLine(L.Load(from), L.Load(from + 3 * step), L.Load(from + 6 * step), half + column * Lanes, 3 * Lanes);
        for (int i = 0; i < 6; i++)
        {
            T* row = half + i * 3 * Lanes;
            FilterLine(L.Load(row), L.Load(row + Lanes), L.Load(row + 2 * Lanes), u + i * 6 * stride, stride);
        }
    }

    /// <summary>
    /// d[(6i + j) · stride + tile · tileStride] = (A y Aᵀ)[i, j] of the 4×4 tiles y[row · rowStride + (4 · tile + column) · L]: the adjoint of
    /// <see cref="OutputTiles"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientTiles(T* y, nint rowStride, int tiles, T* d, nint stride, nint tileStride)
    {
        T* half = stackalloc T[24 * Lanes];
        for (int tile = 0; tile < tiles; tile++, y += 4 * Lanes, d += tileStride)
        {
            // half[i][column] = Σ_row A[i, row] · y[row, column]
            T* from = y;
            for (int column = 0; column < 4; column++, from += Lanes)
            {
                T* lower = from + 2 * rowStride;
                GradientLine(L.Load(from), L.Load(from + rowStride), L.Load(lower), L.Load(lower + rowStride), half + column * Lanes, 4 * Lanes);
            }

            from = half;
            T* to = d;
            for (int i = 0; i < 6; i++, from += 4 * Lanes, to += 6 * stride)
                GradientLine(L.Load(from), L.Load(from + Lanes), L.Load(from + 2 * Lanes), L.Load(from + 3 * Lanes), to, stride);
        }
    }

    /// <summary>g[(3u + v) · L] = (Gᵀ m G)[u, v] of sums m[(6i + j) · L]: the adjoint of <see cref="Filter"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FilterGradient(T* m, T* g)
    {
        T* half = stackalloc T[18 * Lanes];
        for (int j = 0; j < 6; j++)
        {
            T* from = m + j * Lanes;
            FilterGradientLine(
                L.Load(from), L.Load(from + 6 * Lanes), L.Load(from + 12 * Lanes), L.Load(from + 18 * Lanes), L.Load(from + 24 * Lanes),
                L.Load(from + 30 * Lanes), half + j * Lanes, 6 * Lanes);
        }

        for (int u = 0; u < 3; u++)
        {
            T* from = half + u * 6 * Lanes;
            FilterGradientLine(
                L.Load(from), L.Load(from + Lanes), L.Load(from + 2 * Lanes), L.Load(from + 3 * Lanes), L.Load(from + 4 * Lanes),
                L.Load(from + 5 * Lanes), g + u * 3 * Lanes, Lanes);
        }
    }

    // A y
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientLine(V y0, V y1, V y2, V y3, T* to, nint stride)
    {
        V half = L.Broadcast(T.CreateChecked(0.5)), two = L.Broadcast(T.CreateChecked(2));
        V a = L.Broadcast(T.CreateChecked(A)), b = L.Broadcast(T.CreateChecked(B));
        V p = L.MultiplyAdd(half, y2, y0), q = L.Multiply(a, L.MultiplyAdd(half, y3, y1));
        V r = L.MultiplyAdd(two, y2, y0), s = L.Multiply(b, L.MultiplyAdd(two, y3, y1));
        L.Store(y0, to);
        to += stride;
        L.Store(L.Add(p, q), to);
        L.Store(L.Subtract(p, q), to + stride);
        to += 2 * stride;
        L.Store(L.Add(r, s), to);
        L.Store(L.Subtract(r, s), to + stride);
        L.Store(y3, to + 2 * stride);
    }

    // Gᵀ m
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterGradientLine(V m0, V m1, V m2, V m3, V m4, V m5, T* to, nint stride)
    {
        V third = L.Broadcast(T.CreateChecked(1.0 / 3)), sixth = L.Broadcast(T.CreateChecked(1.0 / 6)), most = L.Broadcast(T.CreateChecked(-2.0 / 3));
        V s = L.Add(m1, m2), d = L.Subtract(m1, m2), t = L.Add(m3, m4), e = L.Subtract(m3, m4);
        L.Store(L.Add(m0, L.MultiplyAdd(most, s, L.Multiply(sixth, t))), to);
        L.Store(L.MultiplyAdd(L.Broadcast(T.CreateChecked(-2 * A / 3)), d, L.Multiply(L.Broadcast(T.CreateChecked(B / 6)), e)), to + stride);
        L.Store(L.MultiplyAdd(third, L.Subtract(t, s), m5), to + 2 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(V d0, V d1, V d2, V d3, V d4, V d5, T* to, nint stride)
    {
        V half = L.Broadcast(T.CreateChecked(-0.5)), two = L.Broadcast(T.CreateChecked(-2)), most = L.Broadcast(T.CreateChecked(-2.5));
        V a = L.Broadcast(T.CreateChecked(A)), b = L.Broadcast(T.CreateChecked(B));
        V p = L.MultiplyAdd(two, d2, d4), q = L.Multiply(a, L.MultiplyAdd(two, d1, d3));
        V r = L.MultiplyAdd(half, d2, d4), s = L.Multiply(b, L.MultiplyAdd(half, d1, d3));
        L.Store(L.Add(L.MultiplyAdd(most, d2, d0), d4), to);
        to += stride;
        L.Store(L.Add(p, q), to);
        L.Store(L.Subtract(p, q), to + stride);
        to += 2 * stride;
        L.Store(L.Add(r, s), to);
        L.Store(L.Subtract(r, s), to + stride);
        L.Store(L.Add(L.MultiplyAdd(most, d3, d1), d5), to + 2 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterLine(V g0, V g1, V g2, T* to, nint stride)
    {
        V third = L.Broadcast(T.CreateChecked(1.0 / 3)), sixth = L.Broadcast(T.CreateChecked(1.0 / 6));
        V p = L.MultiplyAdd(L.Broadcast(T.CreateChecked(-2.0 / 3)), g0, L.Multiply(L.Broadcast(T.CreateChecked(-1.0 / 3)), g2));
        V q = L.Multiply(L.Broadcast(T.CreateChecked(-2 * A / 3)), g1);
        V r = L.MultiplyAdd(sixth, g0, L.Multiply(third, g2)), s = L.Multiply(L.Broadcast(T.CreateChecked(B / 6)), g1);
        L.Store(g0, to);
        to += stride;
        L.Store(L.Add(p, q), to);
        L.Store(L.Subtract(p, q), to + stride);
        to += 2 * stride;
        L.Store(L.Add(r, s), to);
        L.Store(L.Subtract(r, s), to + stride);
        L.Store(g2, to + 2 * stride);
    }
}
