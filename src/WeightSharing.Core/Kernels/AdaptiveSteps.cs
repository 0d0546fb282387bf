using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// p ← Keep·p,   d = g + λp,   a ← β₁a + (1 − β₁)d,   b ← β₂b + (1 − β₂)d²,   p ← p − (κ·d + Rate·a) / (adaptive ? Root·√b + ε : 1): NAdam (Dozat 2016)
/// with κ for the gradient itself, RAdam (Liu et al. 2020) with κ = 0 and steps that are not adaptive at first.
/// </summary>
internal readonly unsafe struct MomentStep<T>(AdamNumbers<T> numbers, T gradientRate, bool adaptive) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (true, true, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        numbers.Advance<V, L>(p, g, a, b, out V x, out V d, out V first, out V second);
        V direction = L.MultiplyAdd(L.Broadcast(gradientRate), d, L.Multiply(L.Broadcast(numbers.Rate), first));
        if (adaptive) direction = L.Divide(direction, L.MultiplyAdd(L.Broadcast(numbers.Root), L.Sqrt(second), L.Broadcast(numbers.Epsilon)));
        L.Store(L.Subtract(x, direction), p);
    }
}

/// <summary>
/// d = g + λp,   a ← β₁a + (1 − β₁)d,   b ← max(β₂b, |d| + ε),   p ← p − Rate·a / b   (Kingma and Ba 2015, algorithm 2)
/// </summary>
internal readonly unsafe struct AdamaxStep<T>(AdamNumbers<T> numbers) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (true, true, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V x = L.Load(p);
        V d = L.MultiplyAdd(L.Broadcast(numbers.Decay), x, L.Load(g));
        V first = L.MultiplyAdd(L.Broadcast(numbers.Beta1), L.Load(a), L.Multiply(L.Broadcast(numbers.Rest1), d));
        V largest = L.Max(L.Multiply(L.Broadcast(numbers.Beta2), L.Load(b)), L.Add(L.Abs(d), L.Broadcast(numbers.Epsilon)));
        L.Store(first, a);
        L.Store(largest, b);
        L.Store(L.MultiplyAdd(L.Broadcast(-numbers.Rate), L.Divide(first, largest), x), p);
    }
}

/// <summary>d = g + λp,   a ← a + d²,   p ← p − η·d / (√a + ε)   (Duchi et al. 2011)</summary>
internal readonly unsafe struct AdagradStep<T>(T rate, T decay, T epsilon) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (true, false, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V x = L.Load(p);
        V d = L.MultiplyAdd(L.Broadcast(decay), x, L.Load(g));
        V sum = L.MultiplyAdd(d, d, L.Load(a));
        L.Store(sum, a);
        L.Store(L.MultiplyAdd(L.Broadcast(-rate), L.Divide(d, L.Add(L.Sqrt(sum), L.Broadcast(epsilon))), x), p);
    }
}

/// <summary>
/// d = g + λp,   a ← ρa + (1 − ρ)d²,   u = d·√(b + ε) / √(a + ε),   b ← ρb + (1 − ρ)u²,   p ← p − ηu   (Zeiler 2012, algorithm 1)
/// </summary>
internal readonly unsafe struct AdadeltaStep<T>(T rate, T decay, T memory, T rest, T epsilon) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (true, true, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V x = L.Load(p), steps = L.Load(b);
        V d = L.MultiplyAdd(L.Broadcast(decay), x, L.Load(g));
        V square = L.MultiplyAdd(L.Broadcast(memory), L.Load(a), L.Multiply(L.Multiply(L.Broadcast(rest), d), d));
        V ratio = L.Divide(L.Sqrt(L.Add(steps, L.Broadcast(epsilon))), L.Sqrt(L.Add(square, L.Broadcast(epsilon))));
        V u = L.Multiply(ratio, d);
        L.Store(square, a);
        L.Store(L.MultiplyAdd(L.Broadcast(memory), steps, L.Multiply(L.Multiply(L.Broadcast(rest), u), u)), b);
        L.Store(L.MultiplyAdd(L.Broadcast(-rate), u, x), p);
    }
}
