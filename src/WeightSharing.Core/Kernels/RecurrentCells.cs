using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// What one vector of units of one sequence sees at one step; every pointer stands at the first of these units.
/// </summary>
internal unsafe struct RecurrentUnits<T>
    where T : unmanaged
{
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
}

/// <summary>The gates of a recurrent cell, over one vector of units; products with the weights are done outside.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Store(VectorMath<T, V, L>.Tanh(L.Add(L.Load(u.Gates), L.Load(u.Product))), u.State);

    // ∂a = ∂h′·(1 − h′²)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V h = L.Load(u.State);
        L.Store(L.Multiply(RecurrentGradient.Arriving<T, V, L>(u), L.Subtract(L.Broadcast(T.One), L.Multiply(h, h))), u.Gates);
        L.Store(L.Zero, u.Carry);
    }
}

/// <summary>h′ = max(a, 0)</summary>
internal readonly unsafe struct ReluCell : IRecurrentCell
{
    public static int Gates => 1;

    public static bool MemoryIsState => false;

    public static bool LastGateIsApart => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V a = L.Add(L.Load(u.Gates), L.Load(u.Product));
        L.Store(L.Select(L.LessThan(a, L.Zero), L.Zero, a), u.State);
    }

    // ∂a = ∂h′ where h′ > 0
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        L.Store(L.And(L.GreaterThan(L.Load(u.State), L.Zero), RecurrentGradient.Arriving<T, V, L>(u)), u.Gates);
        L.Store(L.Zero, u.Carry);
    }
}

/// <summary>i, f, o = σ(a), g = tanh(a); c′ = f·c + i·g, h′ = o·tanh(c′); the memory is c. Gates in the order i, f, g, o.</summary>
internal readonly unsafe struct LstmCell : IRecurrentCell
{
    public static int Gates => 4;

    public static bool MemoryIsState => true;

    public static bool LastGateIsApart => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates, product = u.Product;
        nint gate = u.GateStride, part = u.ProductStride;
        V i = VectorMath<T, V, L>.Sigmoid(L.Add(L.Load(gates), L.Load(product)));
        L.Store(i, gates);
        V f = VectorMath<T, V, L>.Sigmoid(L.Add(L.Load(gates + gate), L.Load(product + part)));
        L.Store(f, gates + gate);
        V g = VectorMath<T, V, L>.Tanh(L.Add(L.Load(gates + 2 * gate), L.Load(product + 2 * part)));
        L.Store(g, gates + 2 * gate);
        V c = L.MultiplyAdd(f, L.Load(u.MemoryBefore), L.Multiply(i, g));
        L.Store(c, u.Memory);
        V o = VectorMath<T, V, L>.Sigmoid(L.Add(L.Load(gates + 3 * gate), L.Load(product + 3 * part)));
        L.Store(o, gates + 3 * gate);
        L.Store(L.Multiply(o, VectorMath<T, V, L>.Tanh(c)), u.State);
    }

    // ∂o = ∂h′·tanh c′   ∂c′ += ∂h′·o·(1 − tanh² c′)   ∂i = ∂c′·g   ∂f = ∂c′·c   ∂g = ∂c′·i   ∂c = ∂c′·f, each through its own slope
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V one = L.Broadcast(T.One), dh = RecurrentGradient.Arriving<T, V, L>(u);
        T* gates = u.Gates;
        nint gate = u.GateStride;
        V i = L.Load(gates), f = L.Load(gates + gate), g = L.Load(gates + 2 * gate), o = L.Load(gates + 3 * gate);
        V tanh = VectorMath<T, V, L>.Tanh(L.Load(u.Memory));
        V slope = L.Multiply(o, L.Subtract(one, L.Multiply(tanh, tanh)));
        V dc = L.MultiplyAdd(dh, slope, L.Load(u.MemoryCarry));
        L.Store(L.Multiply(L.Multiply(dc, g), L.Multiply(i, L.Subtract(one, i))), gates);
        L.Store(L.Multiply(L.Multiply(dc, L.Load(u.MemoryBefore)), L.Multiply(f, L.Subtract(one, f))), gates + gate);
        L.Store(L.Multiply(L.Multiply(dc, i), L.Subtract(one, L.Multiply(g, g))), gates + 2 * gate);
        L.Store(L.Multiply(L.Multiply(dh, tanh), L.Multiply(o, L.Subtract(one, o))), gates + 3 * gate);
        L.Store(L.Multiply(dc, f), u.MemoryCarry);
        L.Store(L.Zero, u.Carry);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        T* gates = u.Gates, product = u.Product;
        nint gate = u.GateStride, part = u.ProductStride;
        V r = VectorMath<T, V, L>.Sigmoid(L.Add(L.Load(gates), L.Load(product)));
        L.Store(r, gates);
        V q = L.Add(L.Load(product + 2 * part), L.Load(u.Bias));
        L.Store(q, u.Memory);
        V n = VectorMath<T, V, L>.Tanh(L.MultiplyAdd(r, q, L.Load(gates + 2 * gate)));
        L.Store(n, gates + 2 * gate);
        V z = VectorMath<T, V, L>.Sigmoid(L.Add(L.Load(gates + gate), L.Load(product + part)));
        L.Store(z, gates + gate);
        L.Store(L.MultiplyAdd(z, L.Subtract(L.Load(u.Before), n), n), u.State);
    }

    // ∂n = ∂h′·(1 − z)   ∂z = ∂h′·(h − n)   ∂q = ∂n·r   ∂r = ∂n·q   ∂h = ∂h′·z, each through its own slope
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V one = L.Broadcast(T.One), dh = RecurrentGradient.Arriving<T, V, L>(u);
        T* gates = u.Gates;
        nint gate = u.GateStride;
        V r = L.Load(gates), z = L.Load(gates + gate), n = L.Load(gates + 2 * gate), rest = L.Subtract(one, z);
        V dn = L.Multiply(L.Multiply(dh, rest), L.Subtract(one, L.Multiply(n, n)));
        L.Store(L.Multiply(L.Multiply(dn, L.Load(u.Memory)), L.Multiply(r, L.Subtract(one, r))), gates);
        L.Store(L.Multiply(L.Multiply(dh, L.Subtract(L.Load(u.Before), n)), L.Multiply(z, rest)), gates + gate);
        L.Store(dn, gates + 2 * gate);
        L.Store(L.Multiply(dn, r), u.Memory);
        L.Store(L.Multiply(dh, z), u.Carry);
    }
}

/// <summary>What the cells' backward passes have in common.</summary>
internal static unsafe class RecurrentGradient
{
    /// <summary>∂h′: from outside, through the next step's products, and past them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Arriving<T, V, L>(in RecurrentUnits<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Add(L.Add(L.Load(u.StateGradient), L.Load(u.Carry)), L.Load(u.Product));
}
