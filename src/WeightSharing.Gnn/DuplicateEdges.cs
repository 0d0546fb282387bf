namespace WeightSharing.Layers;

/// <summary>What becomes of an edge that is listed more than once; of an undirected graph both directions are the same edge.</summary>
public enum DuplicateEdges
{
    /// <summary>It counts once; weights that contradict each other are an error.</summary>
    Merge,

    /// <summary>Its weights add up.</summary>
    Sum,

    /// <summary>The weight that is listed last holds.</summary>
    Last,
}
