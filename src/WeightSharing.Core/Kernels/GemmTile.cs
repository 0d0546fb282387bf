using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace WeightSharing.Kernels;

/// <summary>
/// A number known at compile time, so that one text of a kernel serves every extent: the size of the type. A condition on <c>sizeof(N)</c> is decided when
/// the code is read, before anything behind it is compiled; one on a property of the type would be decided after all of it was, which takes a kernel of
/// one row as long to compile as one of twelve.
/// </summary>
internal interface IConstant;

[StructLayout(LayoutKind.Sequential, Size = 1)]
internal readonly struct N1 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 2)]
internal readonly struct N2 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 3)]
internal readonly struct N3 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 4)]
internal readonly struct N4 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 5)]
internal readonly struct N5 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 6)]
internal readonly struct N6 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 7)]
internal readonly struct N7 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 8)]
internal readonly struct N8 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 9)]
internal readonly struct N9 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 10)]
internal readonly struct N10 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 11)]
internal readonly struct N11 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 12)]
internal readonly struct N12 : IConstant;

/// <summary>
/// The micro-kernel of the matrix product: a tile of up to <see cref="MaximumRows"/> rows and one or two vectors of C in registers.
/// C[i, j] = Σ_p a[i · aRow + p · aColumn] · b[p · bRow + j] + source[i · sourceRow + j] (source null: nothing is added).
/// </summary>
/// <remarks>
/// The tile is stored whole, rows × vectors · L.Count, at c[i · cRow + j]; source may be c itself (accumulate) or one row repeated by a
/// stride of 0 (bias). Each element is one chain of fused multiply-adds in ascending p, so its bits do not depend on the tile it lies in.
/// Method: outer-product register blocking, Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
/// </remarks>
internal static unsafe class GemmTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // A step takes six to twelve cycles; the third-level cache some two hundred.
    private const int StepsAhead = 24;

    /// <summary>12 × 2 accumulators fill 32 vector registers, 6 × 2 fill 16, with room for the operands.</summary>
    public static int MaximumRows => typeof(V) == typeof(Vector512<T>) || AdvSimd.IsSupported ? 12 : 6;

    /// <summary>Columns of a tile of two vectors.</summary>
    public static int MaximumColumns => 2 * L.Count;

    /// <summary>Runs the kernel for <paramref name="rows"/> of 1 … <see cref="MaximumRows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<Vectors>(
        int rows, int k, T* a, nint aRow, nint aColumn, T* b, nint bRow, T* source, nint sourceRow, T* c, nint cRow)
        where Vectors : unmanaged, IConstant
    {
        if (MaximumRows > 6)
        {
            switch (rows)
            {
                case 12: Run<N12, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
                case 11: Run<N11, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
                case 10: Run<N10, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
                case 9: Run<N9, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
                case 8: Run<N8, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
                case 7: Run<N7, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
            }
        }

        switch (rows)
        {
            case 6: Run<N6, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
            case 5: Run<N5, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
            case 4: Run<N4, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
            case 3: Run<N3, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
            case 2: Run<N2, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
            default: Run<N1, Vectors>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow); return;
        }
    }

    /// <summary>
    /// As <see cref="Run{Vectors}"/> for a whole tile, <see cref="MaximumRows"/> by <see cref="MaximumColumns"/>, that leaves the rows of b that it reads
    /// packed, one behind the other, for the tiles that follow; b lies far apart and is asked for beforehand.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunAndPack(
        int k, T* a, nint aRow, nint aColumn, T* b, nint bRow, T* source, nint sourceRow, T* c, nint cRow, T* packed)
    {
        if (MaximumRows > 6) Run<N12, N2, N2>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow, packed);
        else Run<N6, N2, N2>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow, packed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<Rows, Vectors>(
        int k, T* a, nint aRow, nint aColumn, T* b, nint bRow, T* source, nint sourceRow, T* c, nint cRow)
        where Rows : unmanaged, IConstant
        where Vectors : unmanaged, IConstant
        => Run<Rows, Vectors, N1>(k, a, aRow, aColumn, b, bRow, source, sourceRow, c, cRow, null);

    // Two copies: of the rows of b, one in registers and one, if Copies says so, in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<Rows, Vectors, Copies>(
        int k, T* a, nint aRow, nint aColumn, T* b, nint bRow, T* source, nint sourceRow, T* c, nint cRow, T* packed)
        where Rows : unmanaged, IConstant
        where Vectors : unmanaged, IConstant
        where Copies : unmanaged, IConstant
    {
        V x0 = L.Zero, x1 = L.Zero, x2 = L.Zero, x3 = L.Zero, x4 = L.Zero, x5 = L.Zero;
        V x6 = L.Zero, x7 = L.Zero, x8 = L.Zero, x9 = L.Zero, x10 = L.Zero, x11 = L.Zero;
        V y0 = L.Zero, y1 = L.Zero, y2 = L.Zero, y3 = L.Zero, y4 = L.Zero, y5 = L.Zero;
        V y6 = L.Zero, y7 = L.Zero, y8 = L.Zero, y9 = L.Zero, y10 = L.Zero, y11 = L.Zero;

        // Four pointers of three rows each: with row strides of one and two in registers, every operand is one address.
        T* a0 = a, a3 = a + 3 * aRow, a6 = a + 6 * aRow, a9 = a + 9 * aRow;
        nint aRow2 = 2 * aRow;
        for (; k > 0; k--)
        {
            V u = L.Load(b);
            V v = sizeof(Vectors) > 1 ? L.Load(b + L.Count) : default;
            if (sizeof(Copies) > 1)
            {
                Simd.Prefetch(b + StepsAhead * bRow);
                if (Unsafe.SizeOf<V>() > 32) Simd.Prefetch(b + StepsAhead * bRow + L.Count);
                L.Store(u, packed);
                L.Store(v, packed + L.Count);
                packed += 2 * L.Count;
            }

            Step<Vectors>(*a0, u, v, ref x0, ref y0);
            if (sizeof(Rows) > 1) Step<Vectors>(a0[aRow], u, v, ref x1, ref y1);
            if (sizeof(Rows) > 2) Step<Vectors>(a0[aRow2], u, v, ref x2, ref y2);
            if (sizeof(Rows) > 3) Step<Vectors>(*a3, u, v, ref x3, ref y3);
            if (sizeof(Rows) > 4) Step<Vectors>(a3[aRow], u, v, ref x4, ref y4);
            if (sizeof(Rows) > 5) Step<Vectors>(a3[aRow2], u, v, ref x5, ref y5);
            if (sizeof(Rows) > 6) Step<Vectors>(*a6, u, v, ref x6, ref y6);
            if (sizeof(Rows) > 7) Step<Vectors>(a6[aRow], u, v, ref x7, ref y7);
            if (sizeof(Rows) > 8) Step<Vectors>(a6[aRow2], u, v, ref x8, ref y8);
            if (sizeof(Rows) > 9) Step<Vectors>(*a9, u, v, ref x9, ref y9);
            if (sizeof(Rows) > 10) Step<Vectors>(a9[aRow], u, v, ref x10, ref y10);
            if (sizeof(Rows) > 11) Step<Vectors>(a9[aRow2], u, v, ref x11, ref y11);
            a0 += aColumn;
            if (sizeof(Rows) > 3) a3 += aColumn;
            if (sizeof(Rows) > 6) a6 += aColumn;
            if (sizeof(Rows) > 9) a9 += aColumn;
            b += bRow;
        }

        Finish<Vectors>(x0, y0, source, c);
        if (sizeof(Rows) > 1) Finish<Vectors>(x1, y1, source == null ? null : source + sourceRow, c + cRow);
        if (sizeof(Rows) > 2) Finish<Vectors>(x2, y2, source == null ? null : source + 2 * sourceRow, c + 2 * cRow);
        if (sizeof(Rows) > 3) Finish<Vectors>(x3, y3, source == null ? null : source + 3 * sourceRow, c + 3 * cRow);
        if (sizeof(Rows) > 4) Finish<Vectors>(x4, y4, source == null ? null : source + 4 * sourceRow, c + 4 * cRow);
        if (sizeof(Rows) > 5) Finish<Vectors>(x5, y5, source == null ? null : source + 5 * sourceRow, c + 5 * cRow);
        if (sizeof(Rows) > 6) Finish<Vectors>(x6, y6, source == null ? null : source + 6 * sourceRow, c + 6 * cRow);
        if (sizeof(Rows) > 7) Finish<Vectors>(x7, y7, source == null ? null : source + 7 * sourceRow, c + 7 * cRow);
        if (sizeof(Rows) > 8) Finish<Vectors>(x8, y8, source == null ? null : source + 8 * sourceRow, c + 8 * cRow);
        if (sizeof(Rows) > 9) Finish<Vectors>(x9, y9, source == null ? null : source + 9 * sourceRow, c + 9 * cRow);
        if (sizeof(Rows) > 10) Finish<Vectors>(x10, y10, source == null ? null : source + 10 * sourceRow, c + 10 * cRow);
        if (sizeof(Rows) > 11) Finish<Vectors>(x11, y11, source == null ? null : source + 11 * sourceRow, c + 11 * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<Vectors>(T a, V u, V v, ref V x, ref V y)
        where Vectors : unmanaged, IConstant
    {
        V broadcast = L.Broadcast(a);
        x = L.MultiplyAdd(broadcast, u, x);
        if (sizeof(Vectors) > 1) y = L.MultiplyAdd(broadcast, v, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<Vectors>(V x, V y, T* source, T* c)
        where Vectors : unmanaged, IConstant
    {
        if (source != null)
        {
            x = L.Add(x, L.Load(source));
            if (sizeof(Vectors) > 1) y = L.Add(y, L.Load(source + L.Count));
        }

        L.Store(x, c);
        if (sizeof(Vectors) > 1) L.Store(y, c + L.Count);
    }
}
