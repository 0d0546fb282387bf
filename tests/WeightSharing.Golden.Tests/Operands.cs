using System.Numerics;
using WeightSharing.Checkpoints;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>What an operation computes with: inputs, parameters and buffers by their bare names, as it sees them.</summary>
internal sealed class Operands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GoldenCase source;
    private readonly Dictionary<string, StoredTensor> stored = [];
    private readonly Dictionary<string, Tensor<T>> leaves = [];
    private readonly Dictionary<string, Weight<T>> weights = [];

    public Operands(GoldenCase source)
    {
        this.source = source;
        foreach (string group in new[] { "input", "param", "buffer" })
        {
            foreach ((string name, StoredTensor tensor) in source.Of(group + "."))
            {
                stored.Add(name, tensor);
                if (tensor.Type == SafetensorsType.I64) continue;
                leaves[name] = Read(tensor);
                if (source.File.TryGet($"grad_{group}.{name}", out _)) leaves[name].RequireGradient();
            }
        }
    }

    /// <summary>The names, sorted.</summary>
    public IEnumerable<string> Names => stored.Keys.Order(StringComparer.Ordinal);

    /// <summary>A tensor, through its view.</summary>
    public Tensor<T> this[string name] => Find(name) ?? throw new KeyNotFoundException($"The case has no tensor of numbers named {name}.");

    /// <summary>A tensor, through its view, or null.</summary>
    public Tensor<T>? Find(string name) => leaves.TryGetValue(name, out Tensor<T>? leaf) ? Views.Apply(leaf, source.View(name)) : null;

    /// <summary>Whether the case has this tensor.</summary>
    public bool Has(string name) => stored.ContainsKey(name);

    /// <summary>True when the tensor is of integers.</summary>
    public bool IsIndices(string name) => stored[name].Type == SafetensorsType.I64;

    /// <summary>A tensor of integers, through its view.</summary>
    public Tensor<int> Indices(string name)
    {
        // Views are of numbers; a double holds every index as it is.
        var values = new double[stored[name].Count];
        stored[name].RoundTo<double>(values);
        Tensor<double> seen = Views.Apply(Tensor.From(values, new Shape(stored[name].Shape)), source.View(name));
        return Tensor.From(Array.ConvertAll(seen.ToArray(), value => (int)value), seen.Shape);
    }

    /// <summary>Labels that a loss takes as numbers, whichever type they are stored in.</summary>
    public Tensor<T> Labels(string name) =>
        IsIndices(name) ? Tensor.From(Array.ConvertAll(Indices(name).ToArray(), T.CreateChecked), Indices(name).Shape) : this[name].Detach();

    /// <summary>Gives a layer's parameter the values of this tensor, whose gradient is from then on the parameter's.</summary>
    public void Load(Weight<T>? weight, string name)
    {
        if (weight is null) return;
        weight.Parameter.Set(leaves[name].Detach());
        weights.Add(name, weight);
    }

    /// <summary>One use of a shared parameter, through its view.</summary>
    public Tensor<T> Use(string name, Site site = default)
    {
        if (!weights.TryGetValue(name, out Weight<T>? weight)) weights[name] = weight = new Parameter<T>(leaves[name].Copy());
        return Views.Apply(weight.Use(site), source.View(name));
    }

    /// <summary>The gradient that a stored tensor has received; zero when none came.</summary>
    public Tensor<T> Gradient(string name) =>
        (weights.TryGetValue(name, out Weight<T>? weight) ? weight.Parameter.Gradient : leaves[name].Gradient)
        ?? Tensor.Zeros<T>(new Shape(stored[name].Shape));

    /// <summary>The parts of a parameter's gradient, in the order of their uses.</summary>
    public IReadOnlyList<Tensor<T>> UsageGradients(string name) =>
        weights.TryGetValue(name, out Weight<T>? weight)
            ? [.. weight.Parameter.Ledger.Usages.Select(usage => usage.Gradient ?? Tensor.Zeros<T>(weight.Parameter.Shape))]
            : [];

    public static Tensor<T> Read(StoredTensor tensor)
    {
        var values = new T[tensor.Count];
        tensor.RoundTo<T>(values);
        return Tensor.From(values, new Shape(tensor.Shape));
    }
}

/// <summary>The results of an operation by name.</summary>
internal sealed class Outputs<T> : Dictionary<string, Tensor<T>>
    where T : unmanaged;
