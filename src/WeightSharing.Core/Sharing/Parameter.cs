using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>One learned buffer: a value and a gradient, however often and wherever it is used.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Initializer? initializer;
    private readonly Fan fan;
    private readonly Leaf<T> leaf;
    private Tensor<T>? value;

    /// <summary>A parameter that gets its values from <see cref="Initialize"/>, a checkpoint, or <see cref="Set"/>.</summary>
    /// <param name="shape">Shape of the free values.</param>
    /// <param name="initializer">How <see cref="Initialize"/> draws the values; null is zeros.</param>
    /// <param name="fan">Fan-in and fan-out of the full weight, for the initializer.</param>
    public Parameter(Shape shape, Initializer? initializer = null, Fan fan = default)
    {
        Shape = shape;
        this.initializer = initializer;
        this.fan = fan;
        leaf = new Leaf<T>(shape);
    }

    /// <summary>A parameter with these values, copied.</summary>
    public Parameter(Tensor<T> values)
        : this(RequireValues(values).Shape) => Set(values);

    private Parameter(Shape shape, Initializer? initializer, Fan fan, bool frozen)
        : this(shape, initializer, fan) => IsFrozen = frozen;

    /// <summary>The canonical name: the first under which a module registered it; empty before.</summary>
    public string Name => FirstHandle?.Name ?? "";

    /// <summary>Shape of the free values.</summary>
    public Shape Shape { get; }

    /// <summary>The number of free values.</summary>
    public int Count => Shape.Count;

    /// <summary>True once the parameter has values.</summary>
    public bool IsInitialized => value is not null;

    /// <summary>The values: a leaf that gathers the gradient, the same object for the parameter's whole life.</summary>
    /// <exception cref="InvalidOperationException">The parameter has no values yet.</exception>
    public Tensor<T> Value => value ?? throw new InvalidOperationException(
        $"Parameter {(Name.Length > 0 ? Name : "(unnamed)")} {Shape} has no values yet; call Initialize(seed) on the model, load a checkpoint, or Set(values).");

    /// <summary>Σ over all uses since <see cref="ZeroGradient"/>; null when no gradient has arrived.</summary>
    public Tensor<T>? Gradient => leaf.Gradient;

    /// <summary>True: the parameter takes no gradient, and optimizers leave it alone.</summary>
    public bool IsFrozen
    {
        get => leaf.Frozen;
        set => leaf.Frozen = value;
    }

    /// <summary>Every use of the parameter.</summary>
    public UsageLedger<T> Ledger { get; } = new();

    /// <summary>Counts the changes of the values; what is derived from them can be cached by it.</summary>
    public int Version => value?.Storage.Version ?? 0;

    /// <summary>The first handle that a module registered.</summary>
    internal Weight<T>? FirstHandle { get; set; }

    /// <summary>The gradient's buffer, to write.</summary>
    internal Tensor<T> WritableGradient() => leaf.Writable();

    /// <summary>Draws the values: what is drawn depends on the key alone.</summary>
    public void Initialize(RandomKey key)
    {
        Tensor<T> drawn = Tensor.Zeros<T>(Shape);
        initializer?.Fill(drawn, fan, key);
        Set(drawn);
    }

    /// <summary>Overwrites the values.</summary>
    /// <exception cref="ArgumentException">The shape differs.</exception>
    public void Set(Tensor<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Shape != Shape)
        {
            throw new ArgumentException($"Parameter {Name}: values {values.Shape} for shape {Shape}; they must be equal.", nameof(values));
        }

        if (value is null)
        {
            value = Tensor<T>.Persistent(Shape, "parameter");
            value.Node = leaf;
        }

        value.CopyFrom(values);
    }

    /// <summary>Forgets the gradient, and the contributions of the usages to it.</summary>
    public void ZeroGradient()
    {
        leaf.Zero();
        Ledger.ZeroContributions();
    }

    /// <summary>A parameter of its own with the same initializer, frozen flag and, where there are any, values, as another type.</summary>
    internal Parameter<TOther> CopyAs<TOther>()
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        var copy = new Parameter<TOther>(Shape, initializer, fan, IsFrozen);
        if (value is not null) copy.Set(value.Detach().To<TOther>());
        return copy;
    }

    /// <summary>Name and shape.</summary>
    public override string ToString() => $"Parameter {(Name.Length > 0 ? Name : "(unnamed)")} {Shape}";

    private static Tensor<T> RequireValues(Tensor<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values;
    }
}
