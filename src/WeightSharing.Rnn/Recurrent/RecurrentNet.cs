using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// What the recurrent nets over whole sequences have in common: layers, directions, states, lengths, and PyTorch's names: weight_ih_l{k},
/// weight_hh_l{k}, bias_ih_l{k}, bias_hh_l{k}, with _reverse for the second direction.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class RecurrentNet<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RecurrentKind kind;
    private readonly Dropout<T>? dropout;
    private readonly List<Weight<T>> all = [], inputWeights = [], recurrentWeights = [], inputBiases = [], recurrentBiases = [];

    private protected RecurrentNet(RecurrentKind kind, RecurrentSettings settings, IReadOnlyList<Weight<T>>? weights)
    {
        this.kind = kind;
        Settings = settings;
        settings.Check(GetType().Name.Split('`')[0]);
        int rows = kind.Gates * settings.Hidden, next = 0;
        var fan = new Fan(settings.Hidden, settings.Hidden);
        Shape own = settings.Steps is { } steps ? [steps] : [];
        for (int k = 0; k < settings.Layers; k++)
        {
            for (int direction = 0; direction < Directions; direction++)
            {
                string suffix = $"_l{k}{(direction == 1 ? "_reverse" : "")}";
                int inputs = k == 0 ? settings.Inputs : Directions * settings.Hidden;
                inputWeights.Add(Own("weight_ih" + suffix, own.Concat([rows, inputs])));
                recurrentWeights.Add(Own("weight_hh" + suffix, own.Concat([rows, settings.Hidden])));
                if (!settings.Bias) continue;
                inputBiases.Add(Own("bias_ih" + suffix, own.Concat(rows)));
                recurrentBiases.Add(Own("bias_hh" + suffix, own.Concat(rows)));
            }
        }

        if (settings.Dropout > 0) dropout = Register("dropout", new Dropout<T>(settings.Dropout));

        // Whatever feeds a weight, PyTorch draws it from ±1/√H.
        Weight<T> Own(string name, Shape shape)
        {
            all.Add(Register(name, weights?[next++] ?? new Parameter<T>(shape, Initializer.FanInUniform, fan)));
            return all[^1];
        }
    }

    /// <summary>Features of the input.</summary>
    public int Inputs => Settings.Inputs;

    /// <summary>H: units of each layer and direction.</summary>
    public int Hidden => Settings.Hidden;

    /// <summary>Layers on top of each other.</summary>
    public int Layers => Settings.Layers;

    /// <summary>Two when the net also reads backwards, else one.</summary>
    public int Directions => Settings.Bidirectional ? 2 : 1;

    /// <summary>True for inputs and outputs [N, T, ..] in place of [T, N, ..]; states are [layers·directions, N, H] either way.</summary>
    public bool BatchFirst => Settings.BatchFirst;

    /// <summary>The weights of the inputs, of layer k and direction d at k·<see cref="Directions"/> + d.</summary>
    public IReadOnlyList<Weight<T>> InputWeights => inputWeights;

    /// <summary>The weights of the state: what is shared across time.</summary>
    public IReadOnlyList<Weight<T>> RecurrentWeights => recurrentWeights;

    /// <summary>The biases beside the input weights; empty when there are none.</summary>
    public IReadOnlyList<Weight<T>> InputBiases => inputBiases;

    /// <summary>The biases beside the recurrent weights; empty when there are none.</summary>
    public IReadOnlyList<Weight<T>> RecurrentBiases => recurrentBiases;

    internal RecurrentSettings Settings { get; }

    /// <summary>All weights in the order of registration.</summary>
    internal IReadOnlyList<Weight<T>> AllWeights => all;

    private string Kind => GetType().Name.Split('`')[0];

    /// <summary>All layers and directions over all steps.</summary>
    private protected (Tensor<T> Output, Tensor<T> State, Tensor<T>? Cell) Run(Tensor<T> input, Tensor<T>? state, Tensor<T>? cell, ReadOnlySpan<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 2)
        {
            // One sequence without a batch around it.
            int at = BatchFirst ? 0 : 1;
            (Tensor<T> one, Tensor<T> last, Tensor<T>? lastCell) = Run(input.Unsqueeze(at), Batched("state", state), Batched("cell", cell), lengths);
            return (one.Squeeze(at), last.Squeeze(1), lastCell?.Squeeze(1));
        }

        CheckInput(input.Shape);
        Tensor<T> x = BatchFirst ? input.Transpose(0, 1) : input;
        int steps = x.Shape[0], batch = x.Shape[1];
        CheckState("state", state, batch);
        CheckState("cell", cell, batch);
        Tensor<bool>? goesOn = Mask(lengths, steps, batch);
        // What the padding holds may be anything, also not a number.
        if (goesOn is not null) x = Tensor.Where(goesOn, x, Tensor.Scalar(T.Zero));

        var states = new Tensor<T>[Layers * Directions];
        var cells = new Tensor<T>?[Layers * Directions];
        for (int k = 0; k < Layers; k++)
        {
            var outputs = new Tensor<T>[Directions];
            for (int d = 0; d < Directions; d++)
            {
                int i = k * Directions + d;
                (Tensor<T> all, cells[i]) = kind.Run<T>(new RecurrentPass<T>
                {
                    Input = x,
                    InputWeight = Use(inputWeights[i], steps),
                    RecurrentWeight = Use(recurrentWeights[i], steps),
                    InputBias = Settings.Bias ? Use(inputBiases[i], steps) : null,
                    RecurrentBias = Settings.Bias ? Use(recurrentBiases[i], steps) : null,
                    State = state?.Select(0, i),
                    Cell = cell?.Select(0, i),
                    Lengths = lengths,
                    Reverse = d == 1,
                });
                // Beyond its end a sequence stands still, so the last step has everyone's final state.
                states[i] = all.Select(0, d == 1 ? 0 : -1);
                outputs[d] = goesOn is null ? all : Tensor.Where(goesOn, all, Tensor.Scalar(T.Zero));
            }

            x = Tensor.Concat<T>(outputs, 2);
            if (dropout is not null && k < Layers - 1) x = dropout.Forward(x);
        }

        return (BatchFirst ? x.Transpose(0, 1) : x, Tensor.Stack<T>(states), kind.HasCell ? Tensor.Stack<T>(cells!) : null);
    }

    // Shared weights are used at every step; unshared ones have a step each and are used once.
    private Tensor<T> Use(Weight<T> weight, int steps) => Settings.Steps is null ? weight.UseOverSteps(steps) : weight.Use();

    private Tensor<bool>? Mask(ReadOnlySpan<int> lengths, int steps, int batch)
    {
        if (lengths.IsEmpty) return null;
        if (lengths.Length != batch) throw new ArgumentException($"{Kind}: {lengths.Length} lengths for {batch} sequences; each needs one.", nameof(lengths));
        var goesOn = new bool[steps * batch];
        for (int n = 0; n < batch; n++)
        {
            if ((uint)lengths[n] > (uint)steps)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(lengths), $"{Kind}: length {lengths[n]} of sequence {n}; the input has {steps} steps, so a length is 0 to {steps}.");
            }

            for (int t = 0; t < lengths[n]; t++) goesOn[t * batch + n] = true;
        }

        return Tensor.From(goesOn, [steps, batch, 1]);
    }

    private void CheckInput(in Shape input)
    {
        if (input.Rank != 3 || input[2] != Inputs)
        {
            string layout = BatchFirst ? "N, T" : "T, N";
            throw new ArgumentException($"{Kind}: input {input}; expected [{layout}, {Inputs}], or [T, {Inputs}] for one sequence.");
        }

        int steps = input[BatchFirst ? 1 : 0];
        if (steps == 0) throw new ArgumentException($"{Kind}: input {input} has no steps; a sequence needs at least one.");
        if (Settings.Steps is { } own && own != steps)
        {
            throw new ArgumentException($"{Kind}: input {input} has {steps} steps; a net whose steps have weights of their own is made for {own}.");
        }
    }

    private void CheckState(string name, Tensor<T>? state, int batch)
    {
        Shape expected = [Layers * Directions, batch, Hidden];
        if (state is not null && state.Shape != expected)
        {
            throw new ArgumentException($"{Kind}: initial {name} {state.Shape}; it must be {expected}: layers times directions, sequences, units.");
        }
    }

    private Tensor<T>? Batched(string name, Tensor<T>? state)
    {
        if (state is null) return null;
        Shape expected = [Layers * Directions, Hidden];
        return state.Shape == expected
            ? state.Unsqueeze(1)
            : throw new ArgumentException($"{Kind}: initial {name} {state.Shape} for one sequence; it must be {expected}: layers times directions, units.");
    }
}

/// <summary>The extents of a recurrent net; steps are null unless each has weights of its own.</summary>
internal sealed record RecurrentSettings(int Inputs, int Hidden, int Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional, int? Steps = null)
{
    public void Check(string kind)
    {
        if (Inputs < 1 || Hidden < 1 || Layers < 1 || Steps < 1)
        {
            throw new ArgumentOutOfRangeException(
                null, $"{kind}: {Inputs} inputs, {Hidden} units, {Layers} layers{(Steps is { } steps ? $", {steps} steps" : "")}; each must be at least 1.");
        }

        if (!(Dropout is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(null, $"{kind}: dropout {Dropout}; expected 0 to 1.");
        if (Dropout > 0 && Layers == 1) throw new ArgumentException($"{kind}: dropout {Dropout} with one layer; it stands between layers, so there must be two.");
    }
}
