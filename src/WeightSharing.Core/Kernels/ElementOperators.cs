using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// A function of one element, written once for all widths; parameters such as a slope are fields. With <see cref="ScalarLanes{T}"/> it is
/// the
/// function of a single number.
/// </summary>
internal interface IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Called before a kernel with this operator is compiled or run: an operator that reads a table makes sure that it is there, so that the loop need not ask.
    /// </summary>
    static virtual void Prepare()
    {
    }

    V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>A function of two elements, written once for all widths.</summary>
internal interface IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>As in <see cref="IUnaryOperator{T}"/>.</summary>
    static virtual void Prepare()
    {
    }

    V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>A function of three elements, written once for all widths: fused backward rules such as dy · f(x, y).</summary>
internal interface ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many of the operands count; the others are not loaded.</summary>
    static virtual int Operands => 3;

    /// <summary>As in <see cref="IUnaryOperator{T}"/>.</summary>
    static virtual void Prepare()
    {
    }

    V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>Ignores the second and third operand.</summary>
internal readonly struct UnaryAsTernary<T, TOp>(TOp op) : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOp : struct, IUnaryOperator<T>
{
    public static int Operands => 1;

    public static void Prepare() => TOp.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        op.Apply<V, L>(a);
}

/// <summary>Ignores the third operand.</summary>
internal readonly struct BinaryAsTernary<T, TOp>(TOp op) : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOp : struct, IBinaryOperator<T>
{
    public static int Operands => 2;

    public static void Prepare() => TOp.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        op.Apply<V, L>(a, b);
}
