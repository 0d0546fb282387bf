using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// What one vector of units of some sequences sees at one step; every pointer stands at the first of these units of the first sequence.
/// </summary>
internal unsafe struct RecurrentUnits<T>
    where T : unmanaged
{
    /// <summary>Sequences.</summary>
    public int Rows;

    /// <summary>Elements from one sequence to the next of everything but <see cref="Product"/> and <see cref="Gates"/>.</summary>
    public nint Row;

    /// <summary>Elements from one sequence to the next of <see cref="Product"/>.</summary>
    public nint ProductRow;

    /// <summary>Elements from one sequence to the next of <see cref="Gates"/>.</summary>
    public nint GateRow;

    /// <summary>Forward: gate after gate at <see cref="ProductStride"/>, the recurrent part. Backward: what flows back from the next step.</summary>
    public T* Product;

    /// <summary>Elements between the gates of <see cref="Product"/>.</summary>
    public nint ProductStride;

    /// <summary>Gate after gate at <see cref="GateStride"/>. Forward: in the inputs' part, out the gates. Backward: out the gradient of the
    /// inputs' part.</summary>
    public T* Gates;

    /// <summary>Elements between the gates of <see cref="Gates"/>.</summary>
    public nint GateStride;

    /// <summary>The state before the step.</summary>
    public T* Before;

    /// <summary>The state after the step.</summary>
    public T* State;

    /// <summary>The memory before the step; null where there is none.</summary>
    public T* MemoryBefore;

    /// <summary>The memory after the step; null where there is none.</summary>
    public T* Memory;

    /// <summary>Bias within the recurrent part of the last gate; null where there is none.</summary>
    public T* Bias;

    /// <summary>Gradient that arrives at the state from outside the recurrence.</summary>
    public T* StateGradient;

    /// <summary>Gradient of the state that passes the step by without a product: in that of the next step, out that of this one.</summary>
    public T* Carry;

    /// <summary>Gradient of a memory that is part of the state: in after the step, out before it.</summary>
    public T* MemoryCarry;

    /// <summary>The n-th sequence alone.</summary>
    public readonly RecurrentUnits<T> Single(int n)
    {
        RecurrentUnits<T> one = this;
        one.Rows = 1;
        one.Product += n * ProductRow;
        one.Gates += n * GateRow;
        Move(ref one.Before, n);
        Move(ref one.State, n);
        Move(ref one.MemoryBefore, n);
        Move(ref one.Memory, n);
        Move(ref one.StateGradient, n);
        Move(ref one.Carry, n);
        Move(ref one.MemoryCarry, n);
        return one;
    }

    private readonly void Move(ref T* operand, int n)
    {
        if (operand != null) operand += n * Row;
    }
}

/// <summary>
/// The gates of a recurrent cell, over one vector of units of some sequences; products with the weights are done outside.
/// </summary>
/// <remarks>
/// A function of a gate is a chain of some 20 operations, each of which waits for the one before. The loops are short, so that the processor
/// sees several sequences at once and works on one while another waits: what depends on other gates stands in a loop of its own. The loops are
/// methods of their own: the JIT gives up inlining in a method that grows beyond its budget, and an operation left as a call costs ten.
/// </remarks>
internal unsafe interface IRecurrentCell
{
    /// <summary>Gates a unit: rows of the weights by the number of units.</summary>
    static abstract int Gates { get; }

    /// <summary>True when the memory is handed from step to step; otherwise it only keeps what the backward pass needs.</summary>
    static abstract bool MemoryIsState { get; }

    /// <summary>True when the recurrent part of the last gate is kept apart, in the memory, and so is its gradient.</summary>
    static abstract bool LastGateIsApart { get; }

    static abstract void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>;

    static abstract void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>h′ = tanh(a)</summary>
internal readonly unsafe struct TanhCell : IRecurrentCell
{
    public static int Gates => 1;

    public static bool MemoryIsState => false;

    public static bool LastGateIsApart => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates, product = u.Product;
        for (int n = 0; n < u.Rows; n++)
        {
            L.Store(VectorMath<T, V, L>.GateTanh(L.Add(L.Load(gates), L.Load(product))), u.State + n * u.Row);
            gates += u.GateRow;
            product += u.ProductRow;
        }
    }

    // ∂a = ∂h′·(1 − h′²)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates;
        for (int n = 0; n < u.Rows; n++)
        {
            V h = L.Load(u.State + n * u.Row);
            L.Store(L.Multiply(RecurrentGradient.Arriving<T, V, L>(u, n), L.Subtract(L.Broadcast(T.One), L.Multiply(h, h))), gates);
            L.Store(L.Zero, u.Carry + n * u.Row);
            gates += u.GateRow;
        }
    }
}

/// <summary>h′ = max(a, 0)</summary>
internal readonly unsafe struct ReluCell : IRecurrentCell
{
    public static int Gates => 1;

    public static bool MemoryIsState => false;

    public static bool LastGateIsApart => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates, product = u.Product;
        for (int n = 0; n < u.Rows; n++)
        {
            V a = L.Add(L.Load(gates), L.Load(product));
            L.Store(L.Select(L.LessThan(a, L.Zero), L.Zero, a), u.State + n * u.Row);
            gates += u.GateRow;
            product += u.ProductRow;
        }
    }

    // ∂a = ∂h′ where h′ > 0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates;
        for (int n = 0; n < u.Rows; n++)
        {
            L.Store(L.Select(L.GreaterThan(L.Load(u.State + n * u.Row), L.Zero), RecurrentGradient.Arriving<T, V, L>(u, n), L.Zero), gates);
            L.Store(L.Zero, u.Carry + n * u.Row);
            gates += u.GateRow;
        }
    }
}

/// <summary>i, f, o = σ(a), g = tanh(a); c′ = f·c + i·g, h′ = o·tanh(c′); the memory is c. Gates in the order i, f, g, o.</summary>
internal readonly unsafe struct LstmCell : IRecurrentCell
{
    public static int Gates => 4;

    public static bool MemoryIsState => true;

    public static bool LastGateIsApart => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        RecurrentGates.Sigmoid<T, V, L>(u, 0);
        RecurrentGates.Sigmoid<T, V, L>(u, 1);
        RecurrentGates.Tanh<T, V, L>(u, 2);
        RecurrentGates.Sigmoid<T, V, L>(u, 3);
        T* gates = u.Gates;
        nint gate = u.GateStride;
        for (int n = 0; n < u.Rows; n++)
        {
            nint at = n * u.Row;
            V c = L.MultiplyAdd(L.Load(gates + gate), L.Load(u.MemoryBefore + at), L.Multiply(L.Load(gates), L.Load(gates + 2 * gate)));
            L.Store(c, u.Memory + at);
            L.Store(L.Multiply(L.Load(gates + 3 * gate), VectorMath<T, V, L>.GateTanh(c)), u.State + at);
            gates += u.GateRow;
        }
    }

    // ∂o = ∂h′·tanh c′   ∂c′ += ∂h′·o·(1 − tanh² c′)   ∂i = ∂c′·g   ∂f = ∂c′·c   ∂g = ∂c′·i   ∂c = ∂c′·f, each through its own slope
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V one = L.Broadcast(T.One);
        T* gates = u.Gates;
        nint gate = u.GateStride;
        for (int n = 0; n < u.Rows; n++)
        {
            nint at = n * u.Row;
            V dh = RecurrentGradient.Arriving<T, V, L>(u, n);
            V i = L.Load(gates), f = L.Load(gates + gate), g = L.Load(gates + 2 * gate), o = L.Load(gates + 3 * gate);
            V tanh = VectorMath<T, V, L>.GateTanh(L.Load(u.Memory + at));
            V slope = L.Multiply(o, L.Subtract(one, L.Multiply(tanh, tanh)));
            V dc = L.MultiplyAdd(dh, slope, L.Load(u.MemoryCarry + at));
            L.Store(L.Multiply(L.Multiply(dc, g), L.Multiply(i, L.Subtract(one, i))), gates);
            L.Store(L.Multiply(L.Multiply(dc, L.Load(u.MemoryBefore + at)), L.Multiply(f, L.Subtract(one, f))), gates + gate);
            L.Store(L.Multiply(L.Multiply(dc, i), L.Subtract(one, L.Multiply(g, g))), gates + 2 * gate);
            L.Store(L.Multiply(L.Multiply(dh, tanh), L.Multiply(o, L.Subtract(one, o))), gates + 3 * gate);
            L.Store(L.Multiply(dc, f), u.MemoryCarry + at);
            L.Store(L.Zero, u.Carry + at);
            gates += u.GateRow;
        }
    }
}

/// <summary>
/// r, z = σ(a), n = tanh(a + r·q) with q = W·h + b of the last gate; h′ = (1 − z)·n + z·h; the memory keeps q, then its gradient.
/// Gates in the order r, z, n.
/// </summary>
internal readonly unsafe struct GruCell : IRecurrentCell
{
    public static int Gates => 3;

    public static bool MemoryIsState => false;

    public static bool LastGateIsApart => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        RecurrentGates.Sigmoid<T, V, L>(u, 0);
        RecurrentGates.Sigmoid<T, V, L>(u, 1);
        T* gates = u.Gates, product = u.Product + 2 * u.ProductStride;
        nint gate = u.GateStride;
        V bias = L.Load(u.Bias);
        for (int n = 0; n < u.Rows; n++)
        {
            nint at = n * u.Row;
            V q = L.Add(L.Load(product), bias);
            L.Store(q, u.Memory + at);
            V candidate = VectorMath<T, V, L>.GateTanh(L.MultiplyAdd(L.Load(gates), q, L.Load(gates + 2 * gate)));
            L.Store(candidate, gates + 2 * gate);
            L.Store(L.MultiplyAdd(L.Load(gates + gate), L.Subtract(L.Load(u.Before + at), candidate), candidate), u.State + at);
            gates += u.GateRow;
            product += u.ProductRow;
        }
    }

    // ∂n = ∂h′·(1 − z)   ∂z = ∂h′·(h − n)   ∂q = ∂n·r   ∂r = ∂n·q   ∂h = ∂h′·z, each through its own slope
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V one = L.Broadcast(T.One);
        T* gates = u.Gates;
        nint gate = u.GateStride;
        for (int n = 0; n < u.Rows; n++)
        {
            nint at = n * u.Row;
            V dh = RecurrentGradient.Arriving<T, V, L>(u, n);
            V r = L.Load(gates), z = L.Load(gates + gate), candidate = L.Load(gates + 2 * gate), rest = L.Subtract(one, z);
            V dn = L.Multiply(L.Multiply(dh, rest), L.Subtract(one, L.Multiply(candidate, candidate)));
            L.Store(L.Multiply(L.Multiply(dn, L.Load(u.Memory + at)), L.Multiply(r, L.Subtract(one, r))), gates);
            L.Store(L.Multiply(L.Multiply(dh, L.Subtract(L.Load(u.Before + at), candidate)), L.Multiply(z, rest)), gates + gate);
            L.Store(dn, gates + 2 * gate);
            L.Store(L.Multiply(dn, r), u.Memory + at);
            L.Store(L.Multiply(dh, z), u.Carry + at);
            gates += u.GateRow;
        }
    }
}

/// <summary>What the cells' forward passes have in common.</summary>
internal static unsafe class RecurrentGates
{
    /// <summary>The gate of that number becomes σ(inputs' part + recurrent part).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sigmoid<T, V, L>(in RecurrentUnits<T> u, int gate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates + gate * u.GateStride, product = u.Product + gate * u.ProductStride;
        for (int n = u.Rows; n > 0; n--)
        {
            L.Store(VectorMath<T, V, L>.GateSigmoid(L.Add(L.Load(gates), L.Load(product))), gates);
            gates += u.GateRow;
            product += u.ProductRow;
        }
    }

    /// <summary>The gate of that number becomes tanh(inputs' part + recurrent part).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tanh<T, V, L>(in RecurrentUnits<T> u, int gate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates + gate * u.GateStride, product = u.Product + gate * u.ProductStride;
        for (int n = u.Rows; n > 0; n--)
        {
            L.Store(VectorMath<T, V, L>.GateTanh(L.Add(L.Load(gates), L.Load(product))), gates);
            gates += u.GateRow;
            product += u.ProductRow;
        }
    }
}

/// <summary>What the cells' backward passes have in common.</summary>
internal static unsafe class RecurrentGradient
{
    /// <summary>∂h′ of the n-th sequence: from outside, through the next step's products, and past them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Arriving<T, V, L>(in RecurrentUnits<T> u, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Add(L.Add(L.Load(u.StateGradient + n * u.Row), L.Load(u.Carry + n * u.Row)), L.Load(u.Product + n * u.ProductRow));
}
