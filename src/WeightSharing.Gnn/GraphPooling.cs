using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>The sum over the nodes of each graph: [nodes, features] → [graphs, features]; 0 for a graph without nodes. No weights.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphSumPool<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("GraphSumPool", x, graph);
        return x.SegmentSum(graph.GraphSegments);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GraphSumPool<TOther>();
}

/// <summary>The mean over the nodes of each graph: [nodes, features] → [graphs, features]; 0 for a graph without nodes. No weights.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphMeanPool<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("GraphMeanPool", x, graph);
        return x.SegmentMean(graph.GraphSegments);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GraphMeanPool<TOther>();
}

/// <summary>The largest of each feature over the nodes of each graph: [nodes, features] → [graphs, features]; 0 for a graph without nodes. No weights.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphMaxPool<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("GraphMaxPool", x, graph);
        return x.SegmentMax(graph.GraphSegments);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GraphMaxPool<TOther>();
}
