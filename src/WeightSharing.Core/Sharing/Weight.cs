using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>
/// A parameter seen through a tying, as a layer holds it: using it expands the free values to the full weight, differentiably, and notes the
/// use in the parameter's ledger.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Weight<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly WeightTransform[] transforms;
    private Tying? tying;
    private int? entryCount;
    private Constant? constant;

    private Weight(Parameter<T> parameter, WeightTransform[] transforms, IWeightOwner? owner, string localName)
    {
        Parameter = parameter;
        this.transforms = transforms;
        Owner = owner;
        LocalName = localName;
        Shape shape = parameter.Shape;
        foreach (WeightTransform transform in transforms) shape = transform.Result(shape);
        Shape = shape;
        Transform = string.Join(", ", transforms.Select(transform => transform.Name));
    }

    /// <summary>The parameter, untransformed.</summary>
    public Weight(Parameter<T> parameter)
        : this(Checked(parameter), [], null, "")
    {
    }

    /// <summary>The shared buffer behind the handle.</summary>
    public Parameter<T> Parameter { get; }

    /// <summary>Shape of the full weight.</summary>
    public Shape Shape { get; }

    /// <summary>The transforms from free values to full weight, in order; empty when there is none.</summary>
    public string Transform { get; }

    /// <summary>The full name: the owner's path and the name under which the owner registered it.</summary>
    public string Name => Owner is { Path.Length: > 0 } owner ? $"{owner.Path}.{LocalName}" : LocalName;

    /// <summary>Entries of the full weight that are not fixed at zero.</summary>
    public int EntryCount => entryCount ??= transforms.Length == 0 ? Shape.Count : Tying.EntryCount;

    /// <summary>The whole way from free values to full weight as one tying.</summary>
    public Tying Tying
    {
        get
        {
            if (tying is not null) return tying;
            Shape shape = Parameter.Shape;
            Tying whole = Tying.Identity(shape);
            foreach (WeightTransform transform in transforms)
            {
                whole = transform.AsTying(shape).Compose(whole);
                shape = transform.Result(shape);
            }

            return tying = whole;
        }
    }

    /// <summary>The full weight's values, without history and without noting a use.</summary>
    public Tensor<T> Value
    {
        get
        {
            using (NoGrad.Begin()) return Expand(Parameter.Value.Detach());
        }
    }

    internal IWeightOwner? Owner { get; }

    internal ReadOnlySpan<WeightTransform> Transforms => transforms;

    internal string LocalName { get; }

    /// <summary>The parameter itself as a weight.</summary>
    public static implicit operator Weight<T>(Parameter<T> parameter) => new(parameter);

    /// <summary>
    /// The full weight as a differentiable tensor. While recording, notes the use; under <see cref="UsageLedger.TrackContributions"/> its part of
    /// the gradient will be kept.
    /// </summary>
    /// <param name="site">Where in the layer's computation.</param>
    /// <param name="positions">How many places this one use covers.</param>
    public Tensor<T> Use(Site site = default, int positions = 1) =>
        NoGrad.IsActive ? Unrecorded(Parameter.Value) : Expand(UseFree(site, positions));

    /// <summary>
    /// As <see cref="Use"/>, but the free values before any transform: for an operation that works out the gradient of many uses of the weight itself,
    /// as the adjoint of a differential equation does, and whose operand is the parameter.
    /// </summary>
    /// <param name="site">Where in the layer's computation.</param>
    /// <param name="positions">How many uses this one stands for.</param>
    public Tensor<T> UseFree(Site site = default, int positions = 1)
    {
        Tensor<T> value = Parameter.Value;
        if (NoGrad.IsActive) return value;
        SharingAmbient ambient = SharingAmbient.Current;
        if (!ambient.Off)
        {
            Usage<T> usage = Parameter.Ledger.Note(ambient.Key(this, site, positions));
            if (ambient.Tracking && value.RequiresGradient) value = value.Detach().From(new UsageNode(value, usage));
        }

        return value;
    }

    /// <summary>
    /// A use at each site, of the same positions. While contributions are tracked, a tensor for each, so that the gradient tells them apart;
    /// otherwise one tensor for all.
    /// </summary>
    /// <param name="sites">At least one.</param>
    /// <param name="positions">How many places each use covers.</param>
    public Tensor<T>[] UseAt(ReadOnlySpan<Site> sites, int positions = 1)
    {
        SharingAmbient ambient = SharingAmbient.Current;
        if (ambient.Tracking && !NoGrad.IsActive)
        {
            var each = new Tensor<T>[sites.Length];
            for (int i = 0; i < each.Length; i++) each[i] = Use(sites[i], positions);
            return each;
        }

        Tensor<T> value = Use(sites[0], positions);
        if (!ambient.Off && !NoGrad.IsActive)
        {
            foreach (Site site in sites[1..]) Parameter.Ledger.Note(ambient.Key(this, site, positions));
        }

        return [value];
    }

    /// <summary>
    /// For a computation over several steps at once. Without tracking, the weight itself: one use of as many positions. While contributions are
    /// tracked, the weight once for each step, [steps, ..]: as many uses, at <see cref="Site.Step"/> 0, 1, …, so that the gradient tells them apart. Its
    /// steps are one buffer, seen as often, unless a tying expands it.
    /// </summary>
    /// <param name="steps">At least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
    public Tensor<T> UseOverSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        SharingAmbient ambient = SharingAmbient.Current;
        if (!ambient.Tracking || NoGrad.IsActive) return Use(positions: steps);
        var uses = new Usage<T>[steps];
        for (int t = 0; t < steps; t++) uses[t] = Parameter.Ledger.Note(ambient.Key(this, Site.Step(t), 1));
        Tensor<T> value = Parameter.Value, each = value.Detach().Unsqueeze(0).BroadcastTo(value.Shape.Insert(0, steps));
        return Expand(value.RequiresGradient ? each.From(new StepUsesNode(value, uses)) : each);
    }

    /// <summary>The weight with its last two dimensions exchanged: the same buffer, another use.</summary>
    /// <exception cref="InvalidOperationException">The weight has fewer than two dimensions.</exception>
    public Weight<T> Transposed()
    {
        if (Shape.Rank < 2) throw new InvalidOperationException($"Transposed: the weight {Name} {Shape} has fewer than two dimensions.");
        return With(new TransposeTransform());
    }

    /// <summary>The weight through one more tying, whose free entries are this weight's trailing entries.</summary>
    /// <exception cref="ArgumentException">The tying's free count does not match the weight's trailing dimensions.</exception>
    public Weight<T> Through(Tying next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return With(new TyingTransform(next));
    }

    /// <summary>Sets the free values so that the full weight is as near as can be to <paramref name="full"/> (least squares); returns ‖full − reached‖.</summary>
    /// <exception cref="ArgumentException">The shape differs.</exception>
    public double SetFull(Tensor<T> full)
    {
        ArgumentNullException.ThrowIfNull(full);
        if (full.Shape != Shape) throw new ArgumentException($"SetFull: values {full.Shape} for weight {Name} {Shape}; they must be equal.", nameof(full));
        using (NoGrad.Begin())
        {
            (Tensor<T> free, double residual) = Solve(full.Detach());
            Parameter.Set(free);
            return residual;
        }
    }

    /// <summary>
    /// The free values whose full weight is nearest to <paramref name="full"/>, and ‖full − reached‖. Full weights that are tied are reached exactly.
    /// Without recording.
    /// </summary>
    internal (Tensor<T> Free, double Residual) Solve(Tensor<T> full)
    {
        if (transforms.Length == 0) return (full, 0);
        Tensor<T> free = Nearest(full);
        // The mean of n equal numbers is not always that number in floating point; a second step from nearby is exact.
        free += Nearest(full - Expand(free));
        Tensor<T> rest = full - Expand(free);
        return (free, Math.Sqrt(double.CreateChecked((rest * rest).Sum().Item())));
    }

    /// <summary>‖w − Project(w)‖₂ of the full weight as it is now.</summary>
    internal double Residual()
    {
        using (NoGrad.Begin()) return Solve(Expand(Parameter.Value.Detach())).Residual;
    }

    /// <summary>The same handle on the twin of the parameter, as yet without an owner.</summary>
    internal Weight<TOther> CopyAs<TOther>(Parameter<TOther> twin)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => new(twin, transforms, null, LocalName);

    /// <summary>The handle as a module holds it, under a name of its own.</summary>
    internal Weight<T> OwnedBy(IWeightOwner owner, string localName) => new(Parameter, transforms, owner, localName);

    /// <summary>Name and shape.</summary>
    public override string ToString() => $"{(Name.Length > 0 ? Name : "Weight")} {Shape}{(Transform.Length > 0 ? $" ({Transform})" : "")}";

    private static Parameter<T> Checked(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter;
    }

    private Weight<T> With(WeightTransform transform) => new(Parameter, [.. transforms, transform], Owner, LocalName);

    private Tensor<T> Nearest(Tensor<T> full)
    {
        // Permutations are orthogonal: only a second tying makes the least squares of the whole differ from those of its steps.
        if (transforms.Count(transform => transform is TyingTransform) > 1) return Tying.Solve(full).Reshape(Parameter.Shape);
        for (int i = transforms.Length - 1; i >= 0; i--) full = transforms[i].Solve(full);
        return full.Reshape(Parameter.Shape);
    }

    private Tensor<T> Expand(Tensor<T> value)
    {
        foreach (WeightTransform transform in transforms) value = transform.Apply(value);
        return value;
    }

    // Without recording, values that stay as they are need expanding once: the second use of a version keeps the full weight, and with it what kernels
    // keep with its buffer, such as transformed filters. Weights that learn change between uses, and nothing is kept for them.
    private Tensor<T> Unrecorded(Tensor<T> value)
    {
        // Who holds a span may change values unseen.
        if (!transforms.Any(transform => transform is TyingTransform) || value.Storage.SpanHandedOut) return Expand(value);
        int version = value.Storage.Version;
        Constant? known = Volatile.Read(ref constant);
        if (known is null || known.Version != version)
        {
            Volatile.Write(ref constant, new Constant(version, null, 0));
            return Expand(value);
        }

        if (known.Full is { } kept && !kept.Storage.SpanHandedOut && kept.Storage.Version == known.FullVersion) return kept;
        Tensor<T> full = Tensor<T>.Persistent(Shape, "weight");
        full.CopyFrom(Expand(value));
        Volatile.Write(ref constant, new Constant(version, full, full.Storage.Version));
        return full;
    }

    // The full weight of one version of the values; not made yet at the first use.
    private sealed record Constant(int Version, Tensor<T>? Full, int FullVersion);

    // The identity; its backward keeps the part of the gradient that comes through this use.
    private sealed class UsageNode(Tensor<T> value, Usage<T> usage) : Node<T>(value)
    {
        public override string Name => $"use of {usage}";

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            // The contributions add up to the parameter's gradient, so they change when that does.
            if (to.ReachesLeaves) usage.Weight.Parameter.Ledger.Contribute(usage, dy);
            to.Add(0, dy);
        }
    }

    // The value at every step; its backward keeps each step's part of the gradient.
    private sealed class StepUsesNode(Tensor<T> value, Usage<T>[] uses) : Node<T>(value)
    {
        public override string Name => $"uses of {uses[0]} to {uses[^1]}";

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (to.ReachesLeaves) uses[0].Weight.Parameter.Ledger.Contribute(uses, dy);
            to.Add(0, dy.Sum(0));
        }
    }
}

/// <summary>What owns weights and has a place in a model: a module.</summary>
internal interface IWeightOwner
{
    /// <summary>Names from the root down, joined by dots; empty at the root.</summary>
    string Path { get; }
}

/// <summary>One step from a parameter's values to a full weight.</summary>
internal abstract class WeightTransform
{
    public abstract string Name { get; }

    public abstract Shape Result(in Shape shape);

    public abstract Tensor<T> Apply<T>(Tensor<T> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The values whose result is nearest; their trailing dimensions may be flattened.</summary>
    public abstract Tensor<T> Solve<T>(Tensor<T> full)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    public abstract Tying AsTying(in Shape shape);

    /// <summary>What stays of the transform in a description of the sharing.</summary>
    public abstract SharingStep Describe();
}

/// <summary>The last two dimensions exchanged, as a view: no entry is copied.</summary>
internal sealed class TransposeTransform : WeightTransform
{
    public override string Name => "transposed";

    public override Shape Result(in Shape shape) => shape.With(-2, shape[^1]).With(-1, shape[^2]);

    public override Tensor<T> Apply<T>(Tensor<T> value) => value.Transpose();

    public override Tensor<T> Solve<T>(Tensor<T> full) => full.Transpose();

    public override SharingStep Describe() => SharingStep.Transposed;

    public override Tying AsTying(in Shape shape)
    {
        int[] order = [.. Enumerable.Range(0, shape.Rank)];
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return Tying.Permuted(shape, order);
    }
}

/// <summary>A tying over the trailing dimensions, repeated over the leading ones.</summary>
internal sealed class TyingTransform(Tying tying) : WeightTransform
{
    public override string Name => tying.Name;

    public override Shape Result(in Shape shape) => shape.Slice(0, tying.Leading(shape)).Concat(tying.FullShape);

    public override Tensor<T> Apply<T>(Tensor<T> value) => tying.Expand(value);

    public override Tensor<T> Solve<T>(Tensor<T> full) => tying.Solve(full);

    public override SharingStep Describe() => new(tying.Name, tying.FullShape, tying.FreeCount, tying.Fingerprint);

    public override Tying AsTying(in Shape shape) => tying.Repeated(shape.Slice(0, tying.Leading(shape)));
}
