using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// A recurrence over all steps of a batch of sequences, given the inputs' part of every gate: the products with the recurrent weight, the
/// gates, and the gradients back through time. What the cell computes is in <see cref="IRecurrentCell"/>.
/// </summary>
/// <remarks>
/// <para>gates [T, N, G·H], states, memory and their gradients [T, N, H], weight [G·H, H] (the same at every step) or [T, G·H, H], bias [H] or
/// [T, H] of the last gate's recurrent part, initial values [N, H]; all dense, none overlapping. Step s is t = s, or T − 1 − s in reverse.
/// A sequence of length n stands still where t ≥ n: state and memory are those of the step before, whatever the gates hold.</para>
/// <para>Forward: gates holds the inputs' part and is overwritten by the gates; states and memory are written. Backward: gates is overwritten by
/// the gradient of the inputs' part, which is that of the recurrent part too, but for a last gate that is apart, whose gradient takes the
/// place of the memory; dInitial is written, dMemory holds the final memory's gradient and is overwritten by the initial one's.</para>
/// <para>The vector runs over units, so batches of any size fill it; a panel of the weight holds all gates of one or two vectors of units, so that
/// the gates are applied while their products are in the first-level cache. Sequences do not depend on each other: threads take some each, for all
/// steps, and
/// never wait. Cut by shape: the same bits for any number of threads.</para>
/// </remarks>
internal static unsafe class Recurrent
{
    /// <summary>All steps forward.</summary>
    public static void Forward<T, TCell>(
        in RecurrentShape shape, Span<T> gates, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, ReadOnlySpan<T> initial,
        ReadOnlySpan<T> initialMemory, Span<T> states, Span<T> memory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
        => Forward<T, TCell>(Simd.Chosen, shape, gates, weight, bias, initial, initialMemory, states, memory);

    /// <inheritdoc cref="Forward{T, TCell}(in RecurrentShape, Span{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, Span{T})"/>
    public static void Forward<T, TCell>(
        SimdVariant variant, in RecurrentShape shape, Span<T> gates, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, ReadOnlySpan<T> initial,
        ReadOnlySpan<T> initialMemory, Span<T> states, Span<T> memory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        Check<TCell>("Recurrent.Forward", shape, gates.Length, weight.Length, states.Length, memory.Length, initial.Length);
        if (TCell.LastGateIsApart) Expect("Recurrent.Forward", "bias", (long)(shape.OwnWeights ? shape.Steps : 1) * shape.Hidden, bias.Length);
        if (TCell.MemoryIsState) Expect("Recurrent.Forward", "initialMemory", (long)shape.Batch * shape.Hidden, initialMemory.Length);
        fixed (T* g = gates, w = weight, b = bias, h = initial, c = initialMemory, y = states, m = memory)
        fixed (int* lengths = shape.Lengths)
        {
            var problem = new RecurrentProblem<T>(shape, lengths)
            {
                Gates = g,
                Weight = w,
                Bias = b,
                Initial = h,
                InitialMemory = c,
                States = y,
                Memory = m,
            };
            Run<T, TCell, ForwardPass>(variant, problem);
        }
    }

    /// <summary>All steps backward.</summary>
    public static void Backward<T, TCell>(
        in RecurrentShape shape, Span<T> gates, ReadOnlySpan<T> weight, ReadOnlySpan<T> initial, ReadOnlySpan<T> initialMemory,
        ReadOnlySpan<T> states, Span<T> memory, ReadOnlySpan<T> dStates, Span<T> dInitial, Span<T> dMemory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
        => Backward<T, TCell>(Simd.Chosen, shape, gates, weight, initial, initialMemory, states, memory, dStates, dInitial, dMemory);

    /// <inheritdoc cref="Backward{T, TCell}(in RecurrentShape, Span{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, ReadOnlySpan{T}, Span{T}, Span{T})"/>
    public static void Backward<T, TCell>(
        SimdVariant variant, in RecurrentShape shape, Span<T> gates, ReadOnlySpan<T> weight, ReadOnlySpan<T> initial, ReadOnlySpan<T> initialMemory,
        ReadOnlySpan<T> states, Span<T> memory, ReadOnlySpan<T> dStates, Span<T> dInitial, Span<T> dMemory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        Check<TCell>("Recurrent.Backward", shape, gates.Length, weight.Length, states.Length, memory.Length, initial.Length);
        Expect("Recurrent.Backward", "dStates", (long)shape.Steps * shape.Batch * shape.Hidden, dStates.Length);
        Expect("Recurrent.Backward", "dInitial", (long)shape.Batch * shape.Hidden, dInitial.Length);
        if (TCell.MemoryIsState)
        {
            Expect("Recurrent.Backward", "initialMemory", (long)shape.Batch * shape.Hidden, initialMemory.Length);
            Expect("Recurrent.Backward", "dMemory", (long)shape.Batch * shape.Hidden, dMemory.Length);
        }

        fixed (T* g = gates, w = weight, h = initial, c = initialMemory, y = states, m = memory, dy = dStates, dh = dInitial, dc = dMemory)
        fixed (int* lengths = shape.Lengths)
        {
            var problem = new RecurrentProblem<T>(shape, lengths)
            {
                Gates = g,
                Weight = w,
                Initial = h,
                InitialMemory = c,
                States = y,
                Memory = m,
                StateGradient = dy,
                InitialGradient = dh,
                MemoryGradient = dc,
            };
            Run<T, TCell, BackwardPass>(variant, problem);
        }
    }

    // A pass of one cell for one vector type: a type parameter, so that the choice of the vector stands in one place.
    private interface IPass
    {
        static abstract void Run<T, V, L, TCell>(in RecurrentProblem<T> problem)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where V : struct
            where L : struct, ILanes<T, V>
            where TCell : struct, IRecurrentCell;

        static abstract void RunReference<T, TCell>(in RecurrentProblem<T> problem)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TCell : struct, IRecurrentCell;
    }

    private static void Run<T, TCell, TPass>(SimdVariant variant, in RecurrentProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
        where TPass : struct, IPass
    {
        if (problem.Batch == 0 || problem.Hidden == 0) return;
        // Few units leave most of a wide vector empty: the narrowest that holds them all does the same work.
        int units = problem.Hidden;
        if (variant == SimdVariant.Reference || !Simd.HasVectorsOf<T>()) TPass.RunReference<T, TCell>(problem);
        else if (Simd.Has512 && variant == SimdVariant.Vector512 && units > Vector256<T>.Count) TPass.Run<T, Vector512<T>, Lanes512<T>, TCell>(problem);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256 && units > Vector128<T>.Count) TPass.Run<T, Vector256<T>, Lanes256<T>, TCell>(problem);
        else TPass.Run<T, Vector128<T>, Lanes128<T>, TCell>(problem);
    }

    private readonly struct ForwardPass : IPass
    {
        public static void Run<T, V, L, TCell>(in RecurrentProblem<T> problem)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where V : struct
            where L : struct, ILanes<T, V>
            where TCell : struct, IRecurrentCell => RecurrentForward<T, V, L, TCell>.Run(problem);

        public static void RunReference<T, TCell>(in RecurrentProblem<T> problem)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TCell : struct, IRecurrentCell => RecurrentReference<T, TCell>.Forward(problem);
    }

    private readonly struct BackwardPass : IPass
    {
        public static void Run<T, V, L, TCell>(in RecurrentProblem<T> problem)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where V : struct
            where L : struct, ILanes<T, V>
            where TCell : struct, IRecurrentCell => RecurrentBackward<T, V, L, TCell>.Run(problem);

        public static void RunReference<T, TCell>(in RecurrentProblem<T> problem)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TCell : struct, IRecurrentCell => RecurrentReference<T, TCell>.Backward(problem);
    }

    private static void Check<TCell>(string operation, in RecurrentShape shape, int gates, int weight, int states, int memory, int initial)
        where TCell : struct, IRecurrentCell
    {
        long units = (long)shape.Batch * shape.Hidden;
        Expect(operation, "gates", shape.Steps * units * TCell.Gates, gates);
        Expect(operation, "weight", (long)(shape.OwnWeights ? shape.Steps : 1) * TCell.Gates * shape.Hidden * shape.Hidden, weight);
        Expect(operation, "states", shape.Steps * units, states);
        if (TCell.MemoryIsState || TCell.LastGateIsApart) Expect(operation, "memory", shape.Steps * units, memory);
        Expect(operation, "initial", units, initial);
        if (!shape.Lengths.IsEmpty) Expect(operation, "lengths", shape.Batch, shape.Lengths.Length);
    }

    private static void Expect(string operation, string operand, long length, int actual)
    {
        if (length != actual) throw new ArgumentException($"{operation}: {operand} has {actual} elements; it needs {length}.");
    }
}

/// <summary>Extents of a recurrence.</summary>
internal readonly ref struct RecurrentShape
{
    /// <summary>T.</summary>
    public required int Steps { get; init; }

    /// <summary>N.</summary>
    public required int Batch { get; init; }

    /// <summary>H.</summary>
    public required int Hidden { get; init; }

    /// <summary>From the last step to the first.</summary>
    public bool Reverse { get; init; }

    /// <summary>Every step has weights of its own.</summary>
    public bool OwnWeights { get; init; }

    /// <summary>Steps of each sequence, or empty for all.</summary>
    public ReadOnlySpan<int> Lengths { get; init; }
}

/// <summary>A recurrence in pointers; the fields are those of <see cref="Recurrent"/>.</summary>
internal unsafe struct RecurrentProblem<T>
    where T : unmanaged
{
    public RecurrentProblem(in RecurrentShape shape, int* lengths)
    {
        (Steps, Batch, Hidden, Reverse, OwnWeights) = (shape.Steps, shape.Batch, shape.Hidden, shape.Reverse, shape.OwnWeights);
        Lengths = lengths;
    }

    public int Steps, Batch, Hidden;
    public bool Reverse, OwnWeights;

    /// <summary>Null for none.</summary>
    public int* Lengths;

    public T* Gates, Weight, Bias, Initial, InitialMemory, States, Memory, StateGradient, InitialGradient, MemoryGradient;

    /// <summary>The time of the s-th step.</summary>
    public readonly int Time(int s) => Reverse ? Steps - 1 - s : s;

    /// <summary>True when the sequence stands still at time t.</summary>
    public readonly bool Rests(int n, int t) => Lengths != null && t >= Lengths[n];

    /// <summary>The states before step s, [N, H].</summary>
    public readonly T* Before(int s) => s == 0 ? Initial : States + (nint)Time(s - 1) * Batch * Hidden;

    /// <summary>The memory before step s, [N, H].</summary>
    public readonly T* MemoryBefore(int s) => s == 0 ? InitialMemory : Memory + (nint)Time(s - 1) * Batch * Hidden;

    /// <summary>The part of a pointer to [T, N, H] that belongs to time t; null stays null.</summary>
    public readonly T* At(T* values, int t) => values == null ? null : values + (nint)t * Batch * Hidden;
}
