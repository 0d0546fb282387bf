using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>What the cells have in common: one step of a recurrent net, under PyTorch's names weight_ih, weight_hh, bias_ih, bias_hh.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class RecurrentCell<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RecurrentKind kind;

    private protected RecurrentCell(RecurrentKind kind, int inputs, int hidden, bool bias, Weight<T>? inputWeight, Weight<T>? recurrentWeight)
    {
        this.kind = kind;
        if (inputs < 1 || hidden < 1) throw new ArgumentOutOfRangeException(null, $"{Kind}: {inputs} inputs, {hidden} units; each must be at least 1.");
        (Inputs, Hidden) = (inputs, hidden);
        int rows = kind.Gates * hidden;
        var fan = new Fan(hidden, hidden);
        InputWeight = Register("weight_ih", WeightSource.For(Kind, [rows, inputs], fan, inputWeight, null, null));
        RecurrentWeight = Register("weight_hh", WeightSource.For(Kind, [rows, hidden], fan, recurrentWeight, null, null));
        if (!bias) return;
        InputBias = Register("bias_ih", new Parameter<T>(rows, Initializer.FanInUniform, fan));
        RecurrentBias = Register("bias_hh", new Parameter<T>(rows, Initializer.FanInUniform, fan));
    }

    /// <summary>Features of the input.</summary>
    public int Inputs { get; }

    /// <summary>H: units.</summary>
    public int Hidden { get; }

    /// <summary>[G·H, in].</summary>
    public Weight<T> InputWeight { get; }

    /// <summary>[G·H, H].</summary>
    public Weight<T> RecurrentWeight { get; }

    /// <summary>[G·H], or null.</summary>
    public Weight<T>? InputBias { get; }

    /// <summary>[G·H], or null.</summary>
    public Weight<T>? RecurrentBias { get; }

    private string Kind => GetType().Name.Split('`')[0];

    /// <summary>One step.</summary>
    private protected (Tensor<T> State, Tensor<T>? Cell) Run(Tensor<T> input, Tensor<T>? state, Tensor<T>? cell, int? step)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank is < 1 or > 2 || input.Shape[^1] != Inputs)
        {
            throw new ArgumentException($"{Kind}: input {input.Shape}; expected [N, {Inputs}], or [{Inputs}] without a batch.");
        }

        Shape expected = input.Shape.With(-1, Hidden);
        if (state is not null && state.Shape != expected) throw new ArgumentException($"{Kind}: state {state.Shape} for input {input.Shape}; it must be {expected}.");
        if (cell is not null && cell.Shape != expected) throw new ArgumentException($"{Kind}: cell {cell.Shape} for input {input.Shape}; it must be {expected}.");
        Site site = step is { } t ? Site.Step(t) : default;
        bool batched = input.Rank == 2;
        (Tensor<T> states, Tensor<T>? last) = kind.Run<T>(new RecurrentPass<T>
        {
            Input = batched ? input.Unsqueeze(0) : input.Reshape(1, 1, Inputs),
            InputWeight = InputWeight.Use(site),
            RecurrentWeight = RecurrentWeight.Use(site),
            InputBias = InputBias?.Use(site),
            RecurrentBias = RecurrentBias?.Use(site),
            State = batched ? state : state?.Unsqueeze(0),
            Cell = batched ? cell : cell?.Unsqueeze(0),
        });
        return (states.Reshape(expected), last?.Reshape(expected));
    }
}
