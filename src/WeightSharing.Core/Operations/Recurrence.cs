using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using Kernel = WeightSharing.Kernels.Recurrent;

namespace WeightSharing.Tensors;

/// <summary>
/// Recurrences over all steps of a batch of sequences, fused: one product for the inputs of all steps, then step by step the product with the state
/// and the gates in one pass.
/// </summary>
/// <remarks>
/// In all of them x is [T, N, in], the input weight [G·H, in], the recurrent weight [G·H, H], the biases [G·H] or null, the initial state [N, H] or
/// null for zeros, with G gates of H units; the result is the states after each step, [T, N, H]. Weights and biases with one dimension
/// more, [T, ..], are a step's own. A sequence of length n stands still from step n on: its state there is the last one, and what x holds there
/// must be finite but does not count. In reverse the last step is the first.
/// </remarks>
public static class RecurrenceOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // h_t = tanh(W x_t + b + U h_{t−1} + b′)
        /// <summary>The states of the simple recurrent network with tanh (Elman 1990): [T, N, in] → [T, N, H].</summary>
        /// <param name="inputWeight">W, [H, in] or [T, H, in].</param>
        /// <param name="recurrentWeight">U, [H, H] or [T, H, H].</param>
        /// <param name="inputBias">b, [H] or [T, H], or null.</param>
        /// <param name="recurrentBias">b′, [H] or [T, H], or null.</param>
        /// <param name="state">Before the first step, [N, H]; null is zeros.</param>
        /// <param name="lengths">Steps of each sequence; empty for all.</param>
        /// <param name="reverse">From the last step to the first.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, there is no step, or a length lies beyond the steps.</exception>
        public Tensor<T> TanhRecurrence(
            Tensor<T> inputWeight, Tensor<T> recurrentWeight, Tensor<T>? inputBias = null, Tensor<T>? recurrentBias = null, Tensor<T>? state = null,
            ReadOnlySpan<int> lengths = default, bool reverse = false) => Recurrence<T, TanhCell, TanhStep>.Run(
                "TanhRecurrence", new(x, inputWeight, recurrentWeight, inputBias, recurrentBias, state, null) { Lengths = lengths.ToArray(), Reverse = reverse });

        // h_t = max(W x_t + b + U h_{t−1} + b′, 0)
        /// <summary>The states of the simple recurrent network with ReLU (Le, Jaitly and Hinton 2015): [T, N, in] → [T, N, H].</summary>
        /// <inheritdoc cref="TanhRecurrence{T}(Tensor{T}, Tensor{T}, Tensor{T}, Tensor{T}, Tensor{T}, Tensor{T}, ReadOnlySpan{int}, bool)"/>
        public Tensor<T> ReluRecurrence(
            Tensor<T> inputWeight, Tensor<T> recurrentWeight, Tensor<T>? inputBias = null, Tensor<T>? recurrentBias = null, Tensor<T>? state = null,
            ReadOnlySpan<int> lengths = default, bool reverse = false) => Recurrence<T, ReluCell, ReluStep>.Run(
                "ReluRecurrence", new(x, inputWeight, recurrentWeight, inputBias, recurrentBias, state, null) { Lengths = lengths.ToArray(), Reverse = reverse });

        // r, z = σ(a + q)       n = tanh(a + r ⊙ q)       h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}       a = W x_t + b, q = U h_{t−1} + b′
        /// <summary>The states of the gated recurrent unit (Cho et al. 2014, in PyTorch's form): [T, N, in] → [T, N, H].</summary>
        /// <param name="inputWeight">W, [3·H, in] or [T, 3·H, in], in the order r, z, n.</param>
        /// <param name="recurrentWeight">U, [3·H, H] or [T, 3·H, H].</param>
        /// <param name="inputBias">b, [3·H] or [T, 3·H], or null.</param>
        /// <param name="recurrentBias">b′, [3·H] or [T, 3·H], or null.</param>
        /// <param name="state">Before the first step, [N, H]; null is zeros.</param>
        /// <param name="lengths">Steps of each sequence; empty for all.</param>
        /// <param name="reverse">From the last step to the first.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, there is no step, or a length lies beyond the steps.</exception>
        public Tensor<T> GruRecurrence(
            Tensor<T> inputWeight, Tensor<T> recurrentWeight, Tensor<T>? inputBias = null, Tensor<T>? recurrentBias = null, Tensor<T>? state = null,
            ReadOnlySpan<int> lengths = default, bool reverse = false) => Recurrence<T, GruCell, GruStep>.Run(
                "GruRecurrence", new(x, inputWeight, recurrentWeight, inputBias, recurrentBias, state, null) { Lengths = lengths.ToArray(), Reverse = reverse });

        // i, f, o = σ(a), g = tanh(a)       c_t = f ⊙ c_{t−1} + i ⊙ g       h_t = o ⊙ tanh c_t       a = W x_t + b + U h_{t−1} + b′
        /// <summary>The states and the final cell of the long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000).</summary>
        /// <param name="inputWeight">W, [4·H, in] or [T, 4·H, in], in the order i, f, g, o.</param>
        /// <param name="recurrentWeight">U, [4·H, H] or [T, 4·H, H].</param>
        /// <param name="inputBias">b, [4·H] or [T, 4·H], or null.</param>
        /// <param name="recurrentBias">b′, [4·H] or [T, 4·H], or null.</param>
        /// <param name="state">h before the first step, [N, H]; null is zeros.</param>
        /// <param name="cell">c before the first step, [N, H]; null is zeros.</param>
        /// <param name="lengths">Steps of each sequence; empty for all.</param>
        /// <param name="reverse">From the last step to the first.</param>
        /// <returns>h after each step, [T, N, H], and c after the last, [N, H].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit, there is no step, or a length lies beyond the steps.</exception>
        public (Tensor<T> States, Tensor<T> Cell) LstmRecurrence(
            Tensor<T> inputWeight, Tensor<T> recurrentWeight, Tensor<T>? inputBias = null, Tensor<T>? recurrentBias = null, Tensor<T>? state = null,
            Tensor<T>? cell = null, ReadOnlySpan<int> lengths = default, bool reverse = false)
        {
            Tensor<T> both = Recurrence<T, LstmCell, LstmStep>.Run(
                "LstmRecurrence",
                new(x, inputWeight, recurrentWeight, inputBias, recurrentBias, state, cell) { Lengths = lengths.ToArray(), Reverse = reverse, HasCell = true });
            return (both.Slice(0, 0, -1), both.Select(0, -1));
        }
    }
}

/// <summary>One kind of recurrence: its fused cell, and the same in recorded operations.</summary>
internal static class Recurrence<T, TCell, TStep>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TCell : struct, IRecurrentCell
    where TStep : struct, IRecurrenceStep
{
    /// <summary>The states [T, N, H], and below them the final cell where there is one.</summary>
    public static Tensor<T> Run(string operation, RecurrenceOperands<T> o)
    {
        RecurrenceArguments.Check(operation, o, TCell.Gates);
        (Tensor<T> result, Tape tape) = Forward(operation, o);
        return Graph.Records<T>(o.Present) ? result.From(new RecurrenceNode(operation, o, result, tape)) : result;
    }

    // All that the backward pass needs beyond the operands and the result.
    private sealed record Tape(Tensor<T> Gates, Tensor<T>? Memory, Tensor<T> Initial, Tensor<T>? InitialCell);

    private static (Tensor<T> Result, Tape Tape) Forward(string operation, RecurrenceOperands<T> o)
    {
        o = o.Values();
        int steps = o.X.Shape[0], batch = o.X.Shape[1], hidden = o.Hidden, width = TCell.Gates * hidden, units = batch * hidden;
        Tensor<T> gates = Tensor<T>.Uninitialized([steps, batch, width], operation);
        Tensor<T> lastBias = Project(o, gates);
        Tensor<T> result = Tensor<T>.Uninitialized([o.HasCell ? steps + 1 : steps, batch, hidden], operation);
        Tensor<T>? memory = o.HasCell || TCell.LastGateIsApart ? Tensor<T>.Uninitialized([steps, batch, hidden], operation) : null;
        Tensor<T> initial = o.State?.Detach().Dense() ?? Tensor<T>.Zeroed([batch, hidden], operation);
        Tensor<T>? initialCell = o.HasCell ? o.Cell?.Detach().Dense() ?? Tensor<T>.Zeroed([batch, hidden], operation) : null;
        Kernel.Forward<T, TCell>(
            Shape(o), gates.Buffer, o.RecurrentWeight.DenseSpan(), lastBias.DenseSpan(), initial.DenseSpan(),
            initialCell is null ? default : initialCell.DenseSpan(),
            result.Buffer[..(steps * units)], memory is null ? default : memory.Buffer);
        if (o.HasCell) memory!.Buffer.Slice(o.Reverse ? 0 : (steps - 1) * units, units).CopyTo(result.Buffer[(steps * units)..]);
        return (result, new Tape(gates, memory, initial, initialCell));
    }

    // gates = x·Wᵀ + b       [T·N, G·H] = [T·N, in] · [in, G·H] + [G·H]; the recurrent bias joins in, but for that of a gate that is apart
    private static Tensor<T> Project(RecurrenceOperands<T> o, Tensor<T> gates)
    {
        int steps = o.X.Shape[0], batch = o.X.Shape[1], inputs = o.X.Shape[2], hidden = o.Hidden, width = TCell.Gates * hidden;
        using NoGrad plain = NoGrad.Begin();
        Tensor<T>? bias = o.InputBias?.Detach(), recurrent = o.RecurrentBias?.Detach();
        Shape own = o.OwnWeights ? [steps] : [];
        Tensor<T> last = Tensor.Zeros<T>(0);
        if (TCell.LastGateIsApart)
        {
            last = recurrent?.Slice(-1, width - hidden, width) ?? Tensor.Zeros<T>(own.Concat(hidden));
            recurrent = recurrent is null
                ? null
                : Tensor.Concat<T>([recurrent.Slice(-1, 0, width - hidden), Tensor.Zeros<T>(own.Concat(hidden))], -1);
        }

        if (recurrent is not null) bias = bias is null ? recurrent : bias + recurrent;
        ReadOnlySpan<T> x = o.X.DenseSpan(), weight = o.InputWeight.DenseSpan();
        if (!o.OwnWeights)
        {
            Gemm.Multiply(
                steps * batch, width, inputs, x, inputs, 1, weight, 1, inputs, gates.Buffer, width, accumulate: false,
                bias is null ? default : bias.DenseSpan());
            return last;
        }

        if (bias is not null) gates.CopyFrom(bias.Unsqueeze(1).BroadcastTo(gates.Shape));
        Gemm.MultiplyBatch(
            steps, batch, width, inputs, x, batch * inputs, inputs, 1, weight, width * inputs, 1, inputs,
            gates.Buffer, batch * width, width, accumulate: bias is not null);
        return last;
    }

    private static RecurrentShape Shape(RecurrenceOperands<T> o) => new()
    {
        Steps = o.X.Shape[0],
        Batch = o.X.Shape[1],
        Hidden = o.Hidden,
        Reverse = o.Reverse,
        OwnWeights = o.OwnWeights,
        Lengths = o.Lengths,
    };

    private sealed class RecurrenceNode : Node<T>
    {
        private readonly string operation;
        private readonly RecurrenceOperands<T> operands;
        private readonly Saved<T>[] saved;
        private readonly Saved<T> result;
        private Tape? tape;

        public RecurrenceNode(string operation, RecurrenceOperands<T> operands, Tensor<T> result, Tape tape)
            : base(operands.Present)
        {
            (this.operation, this.operands, this.tape) = (operation, operands, tape);
            saved = [.. operands.Present.Select(operand => new Saved<T>(operand))];
            // Without its node: a node that held its own result would hold itself.
            this.result = new Saved<T>(result.Detach());
        }

        public override string Name => operation;

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            var present = new Tensor<T>[saved.Length];
            for (int i = 0; i < present.Length; i++) present[i] = Recall(saved[i]);
            if (to.IsDifferentiable) Differentiate(present, dy, to);
            else Fused(dy, to);
        }

        // The partial derivatives by each operand alone, however the operands depend on each other: by aliases of them.
        private void Differentiate(Tensor<T>[] present, Tensor<T> dy, GradientSink to)
        {
            var wanted = new List<int>();
            for (int i = 0; i < present.Length; i++)
            {
                present[i] = new Alias().Apply(present[i]);
                if (to.Wants(i)) wanted.Add(i);
            }

            Tensor<T> y = RecurrenceSteps.Run<T, TStep>(operands.With(present));
            Tensor<T>[] gradients = Gradient.Of(y, [.. wanted.Select(i => present[i])], dy, differentiable: true);
            for (int i = 0; i < gradients.Length; i++) to.Add(wanted[i], gradients[i]);
        }

        private void Fused(Tensor<T> dy, GradientSink to)
        {
            RecurrenceOperands<T> o = operands, values = o.Values();
            int steps = o.X.Shape[0], batch = o.X.Shape[1], hidden = o.Hidden, units = batch * hidden;
            // The gates give way to their gradients: a second pass over a kept graph computes them anew.
            Tape t = tape ?? Forward(operation, o).Tape;
            tape = null;
            ReadOnlySpan<T> states = Recall(result).DenseSpan()[..(steps * units)], gradient = dy.DenseSpan();
            Tensor<T> dInitial = Tensor<T>.Uninitialized([batch, hidden], operation);
            Tensor<T>? dCell = o.HasCell ? Tensor<T>.Uninitialized([batch, hidden], operation) : null;
            if (dCell is not null) gradient[(steps * units)..].CopyTo(dCell.Buffer);
            Kernel.Backward<T, TCell>(
                Shape(values), t.Gates.Buffer, values.RecurrentWeight.DenseSpan(), t.Initial.DenseSpan(),
                t.InitialCell is null ? default : t.InitialCell.DenseSpan(), states, t.Memory is null ? default : t.Memory.Buffer, gradient[..(steps * units)], dInitial.Buffer, dCell is null ? default : dCell.Buffer);

            var weights = new RecurrenceWeightGradients<T>(o, t.Gates, TCell.LastGateIsApart ? t.Memory : null);
            if (to.Wants(0)) to.Add(0, weights.Inputs(values));
            if (to.Wants(1)) to.Add(1, weights.InputWeight());
            if (to.Wants(2)) to.Add(2, weights.RecurrentWeight(states, t.Initial));
            int inputBias = o.IndexOf(o.InputBias, 3), recurrentBias = o.IndexOf(o.RecurrentBias, 4);
            int state = o.IndexOf(o.State, 5), cell = o.IndexOf(o.Cell, 6);
            bool wantsInput = inputBias >= 0 && to.Wants(inputBias), wantsRecurrent = recurrentBias >= 0 && to.Wants(recurrentBias);
            if (wantsInput || wantsRecurrent)
            {
                Tensor<T> sum = weights.InputBias();
                if (wantsInput) to.Add(inputBias, sum);
                if (wantsRecurrent) to.Add(recurrentBias, weights.RecurrentBias(sum));
            }

            if (state >= 0) to.Add(state, dInitial);
            if (cell >= 0) to.Add(cell, dCell!);
        }
    }

    // y = x, as a node of its own
    private sealed class Alias() : LinearMap<T>("alias")
    {
        protected override Tensor<T> Forward(Tensor<T> x) => x.Detach();

        protected override Tensor<T> Adjoint(Tensor<T> y) => y.Detach();
    }
}
