using System.Numerics;

namespace WeightSharing.Tests.Golden;

/// <summary>One operation of the golden set through the library's public API. Every subclass in this assembly is found and run.</summary>
internal abstract class GoldenOperation
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<GoldenOperation> All { get; } =
    [
        .. typeof(GoldenOperation).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(GoldenOperation)) && !type.IsAbstract)
            .Select(type => (GoldenOperation)Activator.CreateInstance(type)!)
            .OrderBy(operation => operation.Name, StringComparer.Ordinal).ThenBy(operation => operation.Way, StringComparer.Ordinal),
    ];

    /// <summary>The name in the manifest.</summary>
    public abstract string Name { get; }

    /// <summary>Which of several ways to compute it; empty when there is one.</summary>
    public virtual string Way => "";

    /// <summary>Whether this way serves for the case.</summary>
    public virtual bool Handles(GoldenCase one) => true;

    /// <summary>Computes the outputs.</summary>
    public abstract Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>An operation by way of a layer, which holds its parameters itself: they cannot be views of something else, nor be empty.</summary>
internal abstract class GoldenLayer : GoldenOperation
{
    public override string Way => "layer";

    public override bool Handles(GoldenCase one) => one.Of("param.").All(parameter => one.View(parameter.Name) is null && parameter.Tensor.Count > 0);
}
