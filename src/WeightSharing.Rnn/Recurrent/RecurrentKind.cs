using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>What a recurrent net computes at a step: the operation behind it, and how many gates a unit has.</summary>
internal abstract class RecurrentKind
{
    public static RecurrentKind Tanh { get; } = new TanhKind();

    public static RecurrentKind Relu { get; } = new ReluKind();

    public static RecurrentKind Lstm { get; } = new LstmKind();

    public static RecurrentKind Gru { get; } = new GruKind();

    /// <summary>Rows of the weights by the number of units.</summary>
    public abstract int Gates { get; }

    /// <summary>True when the state has a cell beside what the net puts out.</summary>
    public virtual bool HasCell => false;

    /// <summary>All steps: the states [T, N, H], and the final cell where there is one.</summary>
    public abstract (Tensor<T> States, Tensor<T>? Cell) Run<T>(in RecurrentPass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private sealed class TanhKind : RecurrentKind
    {
        public override int Gates => 1;

        public override (Tensor<T> States, Tensor<T>? Cell) Run<T>(in RecurrentPass<T> p) =>
            (p.Input.TanhRecurrence(p.InputWeight, p.RecurrentWeight, p.InputBias, p.RecurrentBias, p.State, p.Lengths, p.Reverse), null);
    }

    private sealed class ReluKind : RecurrentKind
    {
        public override int Gates => 1;

        public override (Tensor<T> States, Tensor<T>? Cell) Run<T>(in RecurrentPass<T> p) =>
            (p.Input.ReluRecurrence(p.InputWeight, p.RecurrentWeight, p.InputBias, p.RecurrentBias, p.State, p.Lengths, p.Reverse), null);
    }

    private sealed class LstmKind : RecurrentKind
    {
        public override int Gates => 4;

        public override bool HasCell => true;

        public override (Tensor<T> States, Tensor<T>? Cell) Run<T>(in RecurrentPass<T> p) =>
            p.Input.LstmRecurrence(p.InputWeight, p.RecurrentWeight, p.InputBias, p.RecurrentBias, p.State, p.Cell, p.Lengths, p.Reverse);
    }

    private sealed class GruKind : RecurrentKind
    {
        public override int Gates => 3;

        public override (Tensor<T> States, Tensor<T>? Cell) Run<T>(in RecurrentPass<T> p) =>
            (p.Input.GruRecurrence(p.InputWeight, p.RecurrentWeight, p.InputBias, p.RecurrentBias, p.State, p.Lengths, p.Reverse), null);
    }
}

/// <summary>One layer in one direction over all steps.</summary>
internal readonly ref struct RecurrentPass<T>
    where T : unmanaged
{
    /// <summary>[T, N, in].</summary>
    public required Tensor<T> Input { get; init; }

    /// <summary>[G·H, in], or [T, G·H, in].</summary>
    public required Tensor<T> InputWeight { get; init; }

    /// <summary>[G·H, H], or [T, G·H, H].</summary>
    public required Tensor<T> RecurrentWeight { get; init; }

    /// <summary>[G·H], or [T, G·H], or null.</summary>
    public Tensor<T>? InputBias { get; init; }

    /// <summary>[G·H], or [T, G·H], or null.</summary>
    public Tensor<T>? RecurrentBias { get; init; }

    /// <summary>[N, H], or null for zeros.</summary>
    public Tensor<T>? State { get; init; }

    /// <summary>[N, H], or null for zeros.</summary>
    public Tensor<T>? Cell { get; init; }

    /// <summary>Steps of each sequence, or empty for all.</summary>
    public ReadOnlySpan<int> Lengths { get; init; }

    /// <summary>From the last step to the first.</summary>
    public bool Reverse { get; init; }
}

/// <summary>The nonlinearity of a simple recurrent net.</summary>
public sealed class RnnNonlinearity
{
    private RnnNonlinearity(string name, RecurrentKind kind) => (Name, Kind) = (name, kind);

    /// <summary>Hyperbolic tangent.</summary>
    public static RnnNonlinearity Tanh { get; } = new("Tanh", RecurrentKind.Tanh);

    /// <summary>max(x, 0).</summary>
    public static RnnNonlinearity Relu { get; } = new("Relu", RecurrentKind.Relu);

    /// <summary>The name.</summary>
    public string Name { get; }

    internal RecurrentKind Kind { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
