using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>
/// The gradients of a recurrence's inputs, weights and biases from those of its gates, each one product over all steps, or one a step where the
/// weights are a step's own.
/// </summary>
/// <param name="o">The operands.</param>
/// <param name="gates">Gradient of the inputs' part of the gates, [T, N, G·H].</param>
/// <param name="last">Gradient of the recurrent part of the last gate where it is apart, [T, N, H]; else null, and both parts have one
/// gradient.</param>
internal readonly ref struct RecurrenceWeightGradients<T>(RecurrenceOperands<T> o, Tensor<T> gates, Tensor<T>? last)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Operation = "gradient of a recurrence";
    private readonly int steps = gates.Shape[0], batch = gates.Shape[1], width = gates.Shape[2], inputs = o.X.Shape[2], hidden = o.Hidden;

    // ∂x += ∂a·W       [T·N, in] = [T·N, G·H] · [G·H, in]
    public Tensor<T> Inputs(RecurrenceOperands<T> values)
    {
        Tensor<T> dx = Tensor<T>.Uninitialized(o.X.Shape, Operation);
        ReadOnlySpan<T> weight = values.InputWeight.DenseSpan();
        if (!values.OwnWeights)
        {
            Gemm.Multiply(steps * batch, inputs, width, gates.Buffer, width, 1, weight, inputs, 1, dx.Buffer, inputs, accumulate: false);
            return dx;
        }

        Gemm.MultiplyBatch(
            steps, batch, inputs, width, gates.Buffer, batch * width, width, 1, weight, width * inputs, inputs, 1,
            dx.Buffer, batch * inputs, inputs, accumulate: false);
        return dx;
    }

    // ∂W += ∂aᵀ·x       [G·H, in] = [G·H, T·N] · [T·N, in]
    public Tensor<T> InputWeight()
    {
        Tensor<T> dw = Tensor<T>.Uninitialized(o.InputWeight.Shape, Operation);
        ReadOnlySpan<T> x = o.X.DenseSpan();
        if (!o.OwnWeights)
        {
            Gemm.Multiply(width, inputs, steps * batch, gates.Buffer, 1, width, x, inputs, 1, dw.Buffer, inputs, accumulate: false);
            return dw;
        }

        Gemm.MultiplyBatch(
            steps, width, inputs, batch, gates.Buffer, batch * width, 1, width, x, batch * inputs, inputs, 1,
            dw.Buffer, width * inputs, inputs, accumulate: false);
        return dw;
    }

    // ∂U += Σ_t ∂q_tᵀ·h_{t−1}       [G·H, H] = [G·H, T·N] · [T·N, H], the rows of a last gate that is apart from its own gradient
    public Tensor<T> RecurrentWeight(ReadOnlySpan<T> states, Tensor<T> initial)
    {
        Tensor<T> du = Tensor<T>.Uninitialized(o.RecurrentWeight.Shape, Operation);
        int shared = last is null ? width : width - hidden;
        Rows(shared, gates.Buffer, width, states, initial, du.Buffer);
        if (last is not null) Rows(hidden, last.Buffer, hidden, states, initial, du.Buffer[(shared * hidden)..]);
        return du;
    }

    // ∂b += Σ ∂a       [G·H] = 1ᵀ [1, T·N] · [T·N, G·H]: as a product, which reads the gates once, row by row
    public Tensor<T> InputBias() => ColumnSums(gates, width);

    // ∂b′ += Σ ∂q       that of the input bias, but for a last gate that is apart
    public Tensor<T> RecurrentBias(Tensor<T> inputBias) => last is null
        ? inputBias
        : Tensor.Concat<T>([inputBias.Slice(-1, 0, width - hidden), ColumnSums(last, hidden)], -1);

    private Tensor<T> ColumnSums(Tensor<T> values, int columns)
    {
        Tensor<T> sum = Tensor<T>.Uninitialized(o.OwnWeights ? [steps, columns] : [columns], Operation);
        int matrices = o.OwnWeights ? steps : 1, rows = o.OwnWeights ? batch : steps * batch;
        Gemm.MultiplyBatch(
            matrices, 1, columns, rows, [T.One], 0, 0, 0, values.Buffer, rows * columns, columns, 1, sum.Buffer, columns, columns, accumulate: false);
        return sum;
    }

    // The first step's state is the initial one; the states before all others lie side by side, one step off the gates.
    private void Rows(int rows, ReadOnlySpan<T> gradient, int row, ReadOnlySpan<T> states, Tensor<T> initial, Span<T> du)
    {
        int first = o.Reverse ? steps - 1 : 0, rest = o.Reverse ? 0 : 1, from = o.Reverse ? 1 : 0;
        int step = batch * row, units = batch * hidden, matrix = o.OwnWeights ? width * hidden : 0;
        Gemm.Multiply(
            rows, hidden, batch, gradient[(first * step)..], 1, row, initial.DenseSpan(), hidden, 1, du[(first * matrix)..], hidden, accumulate: false);
        if (steps == 1) return;
        gradient = gradient[(rest * step)..];
        states = states[(from * units)..];
        if (!o.OwnWeights)
        {
            Gemm.Multiply(rows, hidden, (steps - 1) * batch, gradient, 1, row, states, hidden, 1, du, hidden, accumulate: true);
            return;
        }

        Gemm.MultiplyBatch(
            steps - 1, rows, hidden, batch, gradient, step, 1, row, states, units, hidden, 1, du[(rest * matrix)..], matrix, hidden, accumulate: false);
    }
}

/// <summary>The checks of what goes into a recurrence.</summary>
internal static class RecurrenceArguments
{
    public static void Check<T>(string operation, RecurrenceOperands<T> o, int gates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(o.X);
        ArgumentNullException.ThrowIfNull(o.InputWeight);
        ArgumentNullException.ThrowIfNull(o.RecurrentWeight);
        Shape x = o.X.Shape, w = o.InputWeight.Shape, u = o.RecurrentWeight.Shape;
        if (x.Rank != 3) throw new ArgumentException($"{operation}: input {x}; expected [T, N, in]: steps, sequences, features.");
        if (x[0] == 0) throw new ArgumentException($"{operation}: input {x} has no steps; a sequence needs at least one.");
        int hidden = u.Rank == 0 ? 0 : u[^1], width = gates * hidden;
        Shape own = u.Rank == 3 ? [x[0]] : [];
        if (u != own.Concat([width, hidden]) || w != own.Concat([width, x[2]]))
        {
            string times = gates == 1 ? "" : $"{gates}·";
            throw new ArgumentException(
                $"{operation}: input weight {w} and recurrent weight {u} for input {x}; "
                + $"expected [{times}H, {x[2]}] and [{times}H, H], or both with the {x[0]} steps in front.");
        }

        CheckBias(operation, "input", o.InputBias, own.Concat(width));
        CheckBias(operation, "recurrent", o.RecurrentBias, own.Concat(width));
        CheckState(operation, "state", o.State, [x[1], hidden]);
        CheckState(operation, "cell", o.Cell, [x[1], hidden]);
        CheckLengths(operation, o.Lengths, x[1], x[0]);
    }

    /// <summary>The lengths of a batch: none, or one a sequence from 0 to the number of steps.</summary>
    public static void CheckLengths(string operation, ReadOnlySpan<int> lengths, int batch, int steps)
    {
        if (lengths.IsEmpty) return;
        if (lengths.Length != batch)
        {
            throw new ArgumentException($"{operation}: {lengths.Length} lengths for {batch} sequences; each needs one.", nameof(lengths));
        }

        for (int n = 0; n < lengths.Length; n++)
        {
            if ((uint)lengths[n] > (uint)steps)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(lengths), $"{operation}: length {lengths[n]} of sequence {n}; the input has {steps} steps, so a length is 0 to {steps}.");
            }
        }
    }

    private static void CheckBias<T>(string operation, string name, Tensor<T>? bias, in Shape expected)
        where T : unmanaged
    {
        if (bias is not null && bias.Shape != expected)
        {
            throw new ArgumentException($"{operation}: {name} bias {bias.Shape}; it must be {expected}, the weights' rows.");
        }
    }

    private static void CheckState<T>(string operation, string name, Tensor<T>? state, in Shape expected)
        where T : unmanaged
    {
        if (state is not null && state.Shape != expected)
        {
            throw new ArgumentException($"{operation}: initial {name} {state.Shape}; it must be {expected}: sequences, units.");
        }
    }
}
