using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// One update of an optimizer: p, and up to three state arrays a, b, c, in place from the gradient g, in one pass over memory.
/// </summary>
/// <remarks>
/// Layout: contiguous spans of equal length; a state that a step does not use is an empty span. Edges: the elements beyond the last full vector go
/// one by one through the scalar form of the same text, which has the same bits, so an element's bits depend neither on its position nor on the
/// number of threads. Aliasing: the spans must not overlap. Overwrites p and the states. Formulas: at each step, after PyTorch's definitions.
/// </remarks>
internal static unsafe class OptimizerSteps
{
    /// <summary>Elements of a chunk for one thread.</summary>
    private const int ChunkLength = 1 << 15;

    /// <summary>Spans from this length on are shared between threads: some 50 µs of work, whatever the step.</summary>
    private const int ParallelLength = 1 << 17;

    public static void Run<T, TStep>(Span<T> p, ReadOnlySpan<T> g, Span<T> a, Span<T> b, Span<T> c, TStep step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IOptimizerStep<T> =>
        Run(Simd.Chosen, p, g, a, b, c, step);

    public static void Run<T, TStep>(SimdVariant variant, Span<T> p, ReadOnlySpan<T> g, Span<T> a, Span<T> b, Span<T> c, TStep step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IOptimizerStep<T>
    {
        Require(p.Length, g.Length, "the gradient");
        (bool useA, bool useB, bool useC) = step.Uses;
        if (useA) Require(p.Length, a.Length, "the first state");
        if (useB) Require(p.Length, b.Length, "the second state");
        if (useC) Require(p.Length, c.Length, "the third state");
        fixed (T* pp = p, pg = g, pa = a, pb = b, pc = c)
        {
            var work = new Chunks<T, TStep> { Variant = variant, P = pp, G = pg, A = pa, B = pb, C = pc, Length = p.Length, Step = step };
            if (p.Length < ParallelLength) work.Run(0, p.Length);
            else Parallelism.For((p.Length + ChunkLength - 1) / ChunkLength, ref work);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static nint Loop<T, V, L, TStep>(T* p, T* g, T* a, T* b, T* c, nint n, TStep step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TStep : struct, IOptimizerStep<T>
    {
        nint i = 0;
        for (; i <= n - L.Count; i += L.Count) step.Apply<V, L>(p + i, g + i, a + i, b + i, c + i);
        return i;
    }

    private static void Require(int expected, int length, string which)
    {
        if (length != expected) throw new ArgumentException($"OptimizerSteps: the parameter has {expected} elements, {which} {length}; they must be equal.");
    }

    private struct Chunks<T, TStep> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IOptimizerStep<T>
    {
        public SimdVariant Variant;
        public T* P, G, A, B, C;
        public nint Length;
        public TStep Step;

        public readonly void Run(int chunk)
        {
            nint start = (nint)chunk * ChunkLength;
            Run(start, nint.Min(ChunkLength, Length - start));
        }

        public readonly void Run(nint start, nint n)
        {
            T* p = P + start, g = G + start, a = A + start, b = B + start, c = C + start;
            nint done = 0;
            if (Simd.HasVectorsOf<T>())
            {
                if (Simd.Has512 && Variant == SimdVariant.Vector512) done = Loop<T, Vector512<T>, Lanes512<T>, TStep>(p, g, a, b, c, n, Step);
                else if (Simd.Has256 && Variant == SimdVariant.Vector256) done = Loop<T, Vector256<T>, Lanes256<T>, TStep>(p, g, a, b, c, n, Step);
                else if (Variant >= SimdVariant.Vector128) done = Loop<T, Vector128<T>, Lanes128<T>, TStep>(p, g, a, b, c, n, Step);
            }

            Loop<T, T, ScalarLanes<T>, TStep>(p + done, g + done, a + done, b + done, c + done, n - done, Step);
        }
    }
}

/// <summary>The update of one vector of elements, written once for all widths.</summary>
internal unsafe interface IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Which of the states the step reads and writes; the others' pointers mean nothing.</summary>
    (bool A, bool B, bool C) Uses { get; }

    void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>p ← p − η(g + λp)</summary>
internal readonly unsafe struct SgdStep<T>(T rate, T decay) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (false, false, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V x = L.Load(p);
        V d = L.MultiplyAdd(L.Broadcast(decay), x, L.Load(g));
        L.Store(L.MultiplyAdd(L.Broadcast(-rate), d, x), p);
    }
}

/// <summary>d = g + λp,   a ← μa + κd,   p ← p − η(nesterov ? d + νa : a), with κ = 1 − dampening; the first step has μ = 0, κ = 1.</summary>
internal readonly unsafe struct MomentumStep<T>(T rate, T decay, T momentum, T intake, T lookahead, bool nesterov) : IOptimizerStep<T>
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
        V velocity = L.MultiplyAdd(L.Broadcast(momentum), L.Load(a), L.Multiply(L.Broadcast(intake), d));
        L.Store(velocity, a);
        V direction = nesterov ? L.MultiplyAdd(L.Broadcast(lookahead), velocity, d) : velocity;
        L.Store(L.MultiplyAdd(L.Broadcast(-rate), direction, x), p);
    }
}

/// <summary>The numbers of Adam's step, with the bias corrections of its step number t worked in.</summary>
/// <param name="Rate">η / (1 − β₁ᵗ)</param>
/// <param name="Keep">What is left of p by decoupled decay: 1 − ηλ for AdamW, else 1.</param>
/// <param name="Decay">λ where it acts on the gradient, else 0.</param>
/// <param name="Beta1">β₁</param>
/// <param name="Rest1">1 − β₁, which a difference of the element type would give with few digits only.</param>
/// <param name="Beta2">β₂</param>
/// <param name="Rest2">1 − β₂</param>
/// <param name="Root">1 / √(1 − β₂ᵗ)</param>
/// <param name="Epsilon">ε</param>
internal readonly unsafe record struct AdamNumbers<T>(T Rate, T Keep, T Decay, T Beta1, T Rest1, T Beta2, T Rest2, T Root, T Epsilon)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>x = Keep·p,   d = g + λx,   a ← first = β₁a + (1 − β₁)d,   b ← second = β₂b + (1 − β₂)d²</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance<V, L>(T* p, T* g, T* a, T* b, out V x, out V d, out V first, out V second)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        x = L.Multiply(L.Broadcast(Keep), L.Load(p));
        d = L.MultiplyAdd(L.Broadcast(Decay), x, L.Load(g));
        first = L.MultiplyAdd(L.Broadcast(Beta1), L.Load(a), L.Multiply(L.Broadcast(Rest1), d));
        second = L.MultiplyAdd(L.Broadcast(Beta2), L.Load(b), L.Multiply(L.Multiply(L.Broadcast(Rest2), d), d));
        L.Store(first, a);
        L.Store(second, b);
    }
}

/// <summary>
/// p ← Keep·p,   d = g + λp,   a ← β₁a + (1 − β₁)d,   b ← β₂b + (1 − β₂)d²,   p ← p − Rate·a / (Root·√b + ε)   (Kingma and Ba 2015, algorithm 1;
/// decoupled decay: Loshchilov and Hutter 2019, algorithm 2). With the third state, c ← max(c, b) stands under the root (Reddi et al. 2018).
/// </summary>
internal readonly unsafe struct AdamStep<T>(AdamNumbers<T> numbers, bool amsgrad) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (true, true, amsgrad);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        numbers.Advance<V, L>(p, g, a, b, out V x, out _, out V first, out V second);
        if (amsgrad)
        {
            second = L.Max(L.Load(c), second);
            L.Store(second, c);
        }

        V divisor = L.MultiplyAdd(L.Broadcast(numbers.Root), L.Sqrt(second), L.Broadcast(numbers.Epsilon));
        L.Store(L.MultiplyAdd(L.Broadcast(-numbers.Rate), L.Divide(first, divisor), x), p);
    }
}

/// <summary>The numbers of RMSprop's step.</summary>
/// <param name="Rate">η</param>
/// <param name="Decay">λ</param>
/// <param name="Alpha">α</param>
/// <param name="Rest">1 − α</param>
/// <param name="Epsilon">ε</param>
/// <param name="Momentum">μ</param>
internal readonly record struct RmsPropNumbers<T>(T Rate, T Decay, T Alpha, T Rest, T Epsilon, T Momentum)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>
/// d = g + λp,   a ← αa + (1 − α)d²,   u = d / (√a + ε),   p ← p − ηu   (Tieleman and Hinton 2012). With momentum, b ← μb + u replaces u; centered,
/// c ← αc + (1 − α)d and √(a − c²) replaces √a (Graves 2013, equations 38 to 45), where rounding below zero counts as zero.
/// </summary>
internal readonly unsafe struct RmsPropStep<T>(RmsPropNumbers<T> numbers, bool momentum, bool centered) : IOptimizerStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (bool A, bool B, bool C) Uses => (true, momentum, centered);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, L>(T* p, T* g, T* a, T* b, T* c)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V x = L.Load(p), rest = L.Broadcast(numbers.Rest), alpha = L.Broadcast(numbers.Alpha);
        V d = L.MultiplyAdd(L.Broadcast(numbers.Decay), x, L.Load(g));
        V second = L.MultiplyAdd(alpha, L.Load(a), L.Multiply(L.Multiply(rest, d), d));
        L.Store(second, a);
        if (centered)
        {
            V mean = L.MultiplyAdd(alpha, L.Load(c), L.Multiply(rest, d));
            L.Store(mean, c);
            second = L.Max(L.Zero, L.MultiplyAdd(L.Negate(mean), mean, second));
        }

        V direction = L.Divide(d, L.Add(L.Sqrt(second), L.Broadcast(numbers.Epsilon)));
        if (momentum)
        {
            direction = L.MultiplyAdd(L.Broadcast(numbers.Momentum), L.Load(b), direction);
            L.Store(direction, b);
        }

        L.Store(L.MultiplyAdd(L.Broadcast(-numbers.Rate), direction, x), p);
    }
}
