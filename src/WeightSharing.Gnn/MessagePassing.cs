using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>How the messages that arrive at a node become one.</summary>
public enum Aggregation
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean; 0 where none arrives.</summary>
    Mean,

    /// <summary>The largest of each feature; 0 where none arrives.</summary>
    Max,
}

/// <summary>What a message may be made of: the features at both ends of every edge, made when asked for.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="x">[nodes, features].</param>
/// <param name="graph">The graph.</param>
public sealed class EdgeFeatures<T>(Tensor<T> x, Graph graph)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? sources, targets;

    /// <summary>The graph; the edges are in the order of its pattern.</summary>
    public Graph Graph => graph;

    /// <summary>[edges, features] of the nodes that the edges come from.</summary>
    public Tensor<T> Sources => sources ??= x.GatherColumns(graph.Pattern);

    /// <summary>[edges, features] of the nodes that the edges go to.</summary>
    public Tensor<T> Targets => targets ??= x.SegmentExpand(graph.Pattern.RowSegments);

    /// <summary>[edges, 1], the weights of the edges.</summary>
    public Tensor<T> Weights => graph.Adjacency<T>().Values.Reshape(graph.EdgeCount, 1);
}

/// <summary>
/// yᵢ = update(xᵢ, aggregate over j → i of message(xⱼ, xᵢ)): the base of a graph layer of your own. Override what differs.
/// <para>Shares message and update over all edges and nodes.</para>
/// <para>Shapes: x [nodes, in], messages [edges, m], output [nodes, out].</para>
/// <para>Parameters: those that the layer registers.</para>
/// <para>Gilmer et al., "Neural message passing for quantum chemistry", 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="aggregation">How the messages that arrive at a node become one.</param>
public abstract class MessagePassing<T>(Aggregation aggregation = Aggregation.Sum) : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How the messages that arrive at a node become one.</summary>
    public Aggregation Aggregation { get; } = aggregation;

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        string name = GetType().Name.Split('`')[0];
        GraphArguments.CheckNodes(name, x, graph);
        Tensor<T> messages = Message(new EdgeFeatures<T>(x, graph));
        if (messages.Rank == 0 || messages.Shape[0] != graph.EdgeCount)
        {
            throw new InvalidOperationException($"{name}: Message gave {messages.Shape} for a {graph}; it must give one row for each edge.");
        }

        return Update(x, Aggregate(messages, graph), graph);
    }

    /// <summary>What travels along each edge; the features of its source times its weight unless overridden.</summary>
    /// <param name="edges">The features at both ends of every edge.</param>
    /// <returns>[edges, m].</returns>
    protected virtual Tensor<T> Message(EdgeFeatures<T> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return edges.Sources * edges.Weights;
    }

    /// <summary>The messages that arrive at each node as one, by <see cref="Aggregation"/> unless overridden.</summary>
    /// <param name="messages">[edges, m].</param>
    /// <param name="graph">The graph.</param>
    /// <returns>[nodes, m].</returns>
    protected virtual Tensor<T> Aggregate(Tensor<T> messages, Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Segments arriving = graph.Pattern.RowSegments;
        return Aggregation switch
        {
            Aggregation.Sum => messages.SegmentSum(arriving),
            Aggregation.Mean => messages.SegmentMean(arriving),
            _ => messages.SegmentMax(arriving),
        };
    }

    /// <summary>The new features of the nodes; what has arrived unless overridden.</summary>
    /// <param name="x">[nodes, in], the features before.</param>
    /// <param name="aggregated">[nodes, m], what has arrived.</param>
    /// <param name="graph">The graph.</param>
    /// <returns>[nodes, out].</returns>
    protected virtual Tensor<T> Update(Tensor<T> x, Tensor<T> aggregated, Graph graph) => aggregated;
}
