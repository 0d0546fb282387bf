using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The micro-kernel of the matrix product for x64 without FMA, the default of programs compiled ahead of time: a tile of up to 6 rows × 2 vectors.
/// C[i, j] = Σ_p a[p · 6 + i] · b[p · bRow + j] + source[i · sourceRow + j] (source null: nothing is added), a packed as
/// <see cref="Pack"/> does.
/// </summary>
/// <remarks>
/// There a product overwrites one of its factors, so that each multiply-add takes three instructions, two of which do the work: the third makes the
/// factor anew. For half of them that is the load of an element of A, which stands in its panel once for every lane: to spread it over a vector would take
/// a shuffle more, or an instruction that not every such processor has, and to ask for it in the loop costs more than the products. c[i · cRow + j] is
/// stored whole, rows × 2 vectors; each sum takes its products in ascending p, as in <see cref="GemmTile{T,V,L}"/>.
/// </remarks>
internal static unsafe class GemmTileTwoOperand<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows of a packed panel of A, and of a full tile.</summary>
    public const int Rows = 6;

    /// <summary>Steps of the inner index in one pass: a packed panel of A and one of B then fit the first cache.</summary>
    public const int InnerSteps = 128;

    /// <summary>Times that each element of A stands in its panel, side by side.</summary>
    public static int Copies => Vector128<T>.Count;

    /// <summary>target[(p · 6 + i) · Copies + …] = source[i · lane + p · step] for i &lt; count, 0 for the other rows, p &lt; steps.</summary>
    public static void Pack(T* source, nint lane, nint step, int count, int steps, T* target)
    {
        int length = Rows * steps;
        T* single = target + (Vector128<T>.Count - 1) * (nint)length;
        GemmPacking.Pack(source, lane, step, count, steps, single, Rows);
        Repeat(single, target, length);
    }

    /// <summary>
    /// target[i · Copies + …] = source[i] for i &lt; length; the source may be the last part of the target: what is written never reaches what has not been
    /// read yet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Repeat(T* source, T* target, int length)
    {
        for (int i = 0; i < length; i++, target += Vector128<T>.Count) Vector128.Create(source[i]).Store(target);
    }

    /// <summary>Runs the kernel for <paramref name="rows"/> of 1 … 6.</summary>
    public static void Run(int rows, int k, T* a, T* b, nint bRow, T* source, nint sourceRow, T* c, nint cRow)
    {
        switch (rows)
        {
            case 6: Run<N6>(k, a, b, bRow, source, sourceRow, c, cRow); return;
            case 5: Run<N5>(k, a, b, bRow, source, sourceRow, c, cRow); return;
            case 4: Run<N4>(k, a, b, bRow, source, sourceRow, c, cRow); return;
            case 3: Run<N3>(k, a, b, bRow, source, sourceRow, c, cRow); return;
            case 2: Run<N2>(k, a, b, bRow, source, sourceRow, c, cRow); return;
            default: Run<N1>(k, a, b, bRow, source, sourceRow, c, cRow); return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run<TRows>(int k, T* a, T* b, nint bRow, T* source, nint sourceRow, T* c, nint cRow)
        where TRows : unmanaged, IConstant
    {
        Vector128<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default;
        Vector128<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default;
        T* end = a + (nint)k * Rows * Vector128<T>.Count;
        if ((k & 1) != 0)
        {
            Step<TRows>(a, b, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref y0, ref y1, ref y2, ref y3, ref y4, ref y5);
            a += Rows * Vector128<T>.Count;
            b += bRow;
        }

        // Two steps a turn: the instructions of the loop itself would take the place of others.
        for (; a != end; a += 2 * Rows * Vector128<T>.Count, b += 2 * bRow)
        {
            Step<TRows>(a, b, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref y0, ref y1, ref y2, ref y3, ref y4, ref y5);
            Step<TRows>(
                a + Rows * Vector128<T>.Count, b + bRow, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref y0, ref y1, ref y2, ref y3, ref y4, ref y5);
        }

        Finish(x0, y0, source, c);
        if (sizeof(TRows) > 1) Finish(x1, y1, source == null ? null : source + sourceRow, c + cRow);
        if (sizeof(TRows) > 2) Finish(x2, y2, source == null ? null : source + 2 * sourceRow, c + 2 * cRow);
        if (sizeof(TRows) > 3) Finish(x3, y3, source == null ? null : source + 3 * sourceRow, c + 3 * cRow);
        if (sizeof(TRows) > 4) Finish(x4, y4, source == null ? null : source + 4 * sourceRow, c + 4 * cRow);
        if (sizeof(TRows) > 5) Finish(x5, y5, source == null ? null : source + 5 * sourceRow, c + 5 * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        T* a, T* b, ref Vector128<T> x0, ref Vector128<T> x1, ref Vector128<T> x2, ref Vector128<T> x3, ref Vector128<T> x4, ref Vector128<T> x5,
        ref Vector128<T> y0, ref Vector128<T> y1, ref Vector128<T> y2, ref Vector128<T> y3, ref Vector128<T> y4, ref Vector128<T> y5)
        where TRows : unmanaged, IConstant
    {
        Vector128<T> u = Vector128.Load(b), v = Vector128.Load(b + Vector128<T>.Count);
        Step(a, u, v, ref x0, ref y0);
        if (sizeof(TRows) > 1) Step(a + Vector128<T>.Count, u, v, ref x1, ref y1);
        if (sizeof(TRows) > 2) Step(a + 2 * Vector128<T>.Count, u, v, ref x2, ref y2);
        if (sizeof(TRows) > 3) Step(a + 3 * Vector128<T>.Count, u, v, ref x3, ref y3);
        if (sizeof(TRows) > 4) Step(a + 4 * Vector128<T>.Count, u, v, ref x4, ref y4);
        if (sizeof(TRows) > 5) Step(a + 5 * Vector128<T>.Count, u, v, ref x5, ref y5);
    }

    /// <summary>The factor that is used last stands first in a product: its register takes the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(T* a, Vector128<T> u, Vector128<T> v, ref Vector128<T> x, ref Vector128<T> y)
    {
        Vector128<T> spread = Vector128.Load(a);
        Vector128<T> product = u * spread;
        x += product;
        product = spread * v;
        y += product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Vector128<T> x, Vector128<T> y, T* source, T* c)
    {
        if (source != null)
        {
            x += Vector128.Load(source);
            y += Vector128.Load(source + Vector128<T>.Count);
        }

        x.Store(c);
        y.Store(c + Vector128<T>.Count);
    }
}
