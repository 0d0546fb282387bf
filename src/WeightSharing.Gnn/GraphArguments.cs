using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>The checks that graph layers share.</summary>
internal static class GraphArguments
{
    /// <summary>A row for each node, and so many features where their number is known.</summary>
    public static void CheckNodes<T>(string layer, Tensor<T> x, Graph graph, int? features = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckNodes(layer, x.Shape, graph, features);
    }

    /// <inheritdoc cref="CheckNodes{T}(string, Tensor{T}, Graph, int?)"/>
    public static void CheckNodes(string layer, in Shape x, Graph graph, int? features = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (x.Rank == 0 || x[0] != graph.NodeCount || features is { } wanted && (x.Rank != 2 || x[1] != wanted))
        {
            string expected = features is { } count ? $"[{graph.NodeCount}, {count}]" : $"[{graph.NodeCount}, ..]";
            throw new ArgumentException($"{layer}: input {x} for a {graph}; expected {expected}, a row for each node.", nameof(x));
        }
    }

    /// <summary>Numbers of features and hops that make sense.</summary>
    public static void CheckSizes(int inputs, int outputs, int hops = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(hops);
    }
}
