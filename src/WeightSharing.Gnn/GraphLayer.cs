using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>A module that maps the features of a graph's nodes.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class GraphLayer<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The layer's output.</summary>
    /// <param name="x">[nodes, features].</param>
    /// <param name="graph">The graph, or a batch of graphs.</param>
    /// <exception cref="ArgumentException">x does not have a row for each node, or not the layer's number of features.</exception>
    public abstract Tensor<T> Forward(Tensor<T> x, Graph graph);
}
