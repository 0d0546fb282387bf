using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>A recurrent cell in recorded operations: the rule that the fused recurrences fall back to where gradients are differentiated.</summary>
internal interface IRecurrenceStep
{
    /// <summary>One step.</summary>
    /// <param name="input">x·Wᵀ + b of the inputs, [N, G·H].</param>
    /// <param name="recurrent">h·Wᵀ + b of the state, [N, G·H].</param>
    /// <param name="state">h, [N, H].</param>
    /// <param name="cell">c, [N, H], of a cell that has one.</param>
    static abstract (Tensor<T> State, Tensor<T>? Cell) Next<T>(Tensor<T> input, Tensor<T> recurrent, Tensor<T> state, Tensor<T>? cell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

// h′ = tanh(a + q)
internal readonly struct TanhStep : IRecurrenceStep
{
    public static (Tensor<T> State, Tensor<T>? Cell) Next<T>(Tensor<T> input, Tensor<T> recurrent, Tensor<T> state, Tensor<T>? cell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ((input + recurrent).Tanh(), null);
}

// h′ = max(a + q, 0)
internal readonly struct ReluStep : IRecurrenceStep
{
    public static (Tensor<T> State, Tensor<T>? Cell) Next<T>(Tensor<T> input, Tensor<T> recurrent, Tensor<T> state, Tensor<T>? cell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ((input + recurrent).Relu(), null);
}

// i, f, o = σ(a + q), g = tanh(a + q)       c′ = f ⊙ c + i ⊙ g       h′ = o ⊙ tanh c′
internal readonly struct LstmStep : IRecurrenceStep
{
    public static (Tensor<T> State, Tensor<T>? Cell) Next<T>(Tensor<T> input, Tensor<T> recurrent, Tensor<T> state, Tensor<T>? cell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>[] gates = (input + recurrent).Split(state.Shape[1], 1);
        Tensor<T> next = gates[1].Sigmoid() * cell! + gates[0].Sigmoid() * gates[2].Tanh();
        return (gates[3].Sigmoid() * next.Tanh(), next);
    }
}

// r, z = σ(a + q)       n = tanh(a + r ⊙ q)       h′ = (1 − z) ⊙ n + z ⊙ h
internal readonly struct GruStep : IRecurrenceStep
{
    public static (Tensor<T> State, Tensor<T>? Cell) Next<T>(Tensor<T> input, Tensor<T> recurrent, Tensor<T> state, Tensor<T>? cell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>[] a = input.Split(state.Shape[1], 1), q = recurrent.Split(state.Shape[1], 1);
        Tensor<T> r = (a[0] + q[0]).Sigmoid(), z = (a[1] + q[1]).Sigmoid(), n = (a[2] + r * q[2]).Tanh();
        return (n + z * (state - n), null);
    }
}

/// <summary>A whole recurrence in recorded operations, step by step.</summary>
internal static class RecurrenceSteps
{
    /// <summary>As the fused recurrence gives it: the states [T, N, H], and below them the final cell where there is one.</summary>
    public static Tensor<T> Run<T, TStep>(RecurrenceOperands<T> o)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IRecurrenceStep
    {
        int steps = o.X.Shape[0], batch = o.X.Shape[1];
        Tensor<T> state = o.State ?? Tensor.Zeros<T>(batch, o.Hidden);
        Tensor<T>? cell = o.HasCell ? o.Cell ?? Tensor.Zeros<T>(batch, o.Hidden) : null;
        var states = new Tensor<T>[o.HasCell ? steps + 1 : steps];
        for (int s = 0; s < steps; s++)
        {
            int t = o.Reverse ? steps - 1 - s : s;
            Tensor<T> input = o.X.Select(0, t).Linear(At(o.InputWeight, 2, t), AtOrNone(o.InputBias, t));
            (Tensor<T> next, Tensor<T>? nextCell) = TStep.Next(input, state.Linear(At(o.RecurrentWeight, 2, t), AtOrNone(o.RecurrentBias, t)), state, cell);
            if (o.Lengths.Length > 0)
            {
                Tensor<bool> goesOn = Tensor.From([.. o.Lengths.Select(length => t < length)], [batch, 1]);
                next = Tensor.Where(goesOn, next, state);
                if (nextCell is not null) nextCell = Tensor.Where(goesOn, nextCell, cell!);
            }

            states[t] = state = next;
            cell = nextCell;
        }

        if (cell is not null) states[steps] = cell;
        return Tensor.Stack<T>(states);
    }

    private static Tensor<T>? AtOrNone<T>(Tensor<T>? bias, int t)
        where T : unmanaged => bias is null ? null : At(bias, 1, t);

    // A step's own values have one dimension more than those of all steps.
    private static Tensor<T> At<T>(Tensor<T> values, int rank, int t)
        where T : unmanaged => values.Rank == rank ? values : values.Select(0, t);
}

/// <summary>What goes into a recurrence; null where there is none.</summary>
internal sealed record RecurrenceOperands<T>(
    Tensor<T> X, Tensor<T> InputWeight, Tensor<T> RecurrentWeight, Tensor<T>? InputBias, Tensor<T>? RecurrentBias, Tensor<T>? State, Tensor<T>? Cell)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps of each sequence; empty for all.</summary>
    public int[] Lengths { get; init; } = [];

    public bool Reverse { get; init; }

    /// <summary>True for a cell whose state has a second part.</summary>
    public bool HasCell { get; init; }

    /// <summary>H.</summary>
    public int Hidden => RecurrentWeight.Shape[^1];

    /// <summary>True when every step has weights of its own.</summary>
    public bool OwnWeights => RecurrentWeight.Rank == 3;

    /// <summary>
    /// The operands to compute with: where every step's weights are the same ones, seen once a step so that their gradients come step by step, those once.
    /// </summary>
    public RecurrenceOperands<T> Values()
    {
        if (!OwnWeights || !(Repeats(InputWeight) && Repeats(RecurrentWeight) && Repeats(InputBias) && Repeats(RecurrentBias))) return this;
        return this with { InputWeight = First(InputWeight)!, RecurrentWeight = First(RecurrentWeight)!, InputBias = First(InputBias), RecurrentBias = First(RecurrentBias) };

        static bool Repeats(Tensor<T>? steps) => steps is null || steps.IsRepeated(0);
        static Tensor<T>? First(Tensor<T>? steps) => steps?.Detach().Select(0, 0);
    }

    /// <summary>Those that there are, in the order of the parameters.</summary>
    public Tensor<T>[] Present => [.. All.Where(operand => operand is not null)!];

    private Tensor<T>?[] All => [X, InputWeight, RecurrentWeight, InputBias, RecurrentBias, State, Cell];

    /// <summary>Where an operand stands in <see cref="Present"/>; −1 when there is none.</summary>
    public int IndexOf(Tensor<T>? operand, int place) => operand is null ? -1 : All[..place].Count(before => before is not null);

    /// <summary>The same with other tensors in place of those that there are.</summary>
    public RecurrenceOperands<T> With(ReadOnlySpan<Tensor<T>> present)
    {
        var all = new Tensor<T>?[7];
        int next = 0;
        for (int i = 0; i < all.Length; i++) all[i] = All[i] is null ? null : present[next++];
        return new RecurrenceOperands<T>(all[0]!, all[1]!, all[2]!, all[3], all[4], all[5], all[6]) { Lengths = Lengths, Reverse = Reverse, HasCell = HasCell };
    }
}
