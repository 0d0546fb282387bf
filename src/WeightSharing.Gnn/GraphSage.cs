using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// yᵢ = W₁·aggregate(xⱼ over the neighbours j) + b + W₂·xᵢ: neighbours through one transform, the node itself through another.
/// <para>Shares both transforms over all nodes, so that it serves for graphs never seen.</para>
/// <para>Shapes: x [nodes, in], lin_l.weight [out, in], lin_l.bias [out], lin_r.weight [out, in], output [nodes, out].</para>
/// <para>Parameters: out·(2·in + 1); unshared, nodes times as many.</para>
/// <para>Hamilton, Ying &amp; Leskovec, "Inductive representation learning on large graphs", 2017 (GraphSAGE).</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphSage<T> : MessagePassing<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransform<T> neighbours, self;

    /// <summary>A GraphSAGE layer.</summary>
    /// <param name="inputs">Features of a node.</param>
    /// <param name="outputs">Features of a node afterwards.</param>
    /// <param name="aggregation">Of the neighbours' features; mean and sum are weighted by the edges' weights.</param>
    /// <param name="normalize">Brings every output to Euclidean length 1.</param>
    /// <param name="bias">Adds a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is below 1.</exception>
    public GraphSage(int inputs, int outputs, Aggregation aggregation = Aggregation.Mean, bool normalize = false, bool bias = true)
        : base(aggregation)
    {
        GraphArguments.CheckSizes(inputs, outputs);
        IsNormalized = normalize;
        neighbours = Register("lin_l", new GraphTransform<T>("GraphSage", inputs, outputs, bias, null, null));
        self = Register("lin_r", new GraphTransform<T>("GraphSage", inputs, outputs, false, null, null));
    }

    /// <summary>True when every output is brought to Euclidean length 1; a zero output stays zero.</summary>
    public bool IsNormalized { get; }

    /// <summary>[out, in], for the neighbours.</summary>
    public Weight<T> NeighbourWeight => neighbours.Weight;

    /// <summary>[out, in], for the node itself.</summary>
    public Weight<T> SelfWeight => self.Weight;

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias => neighbours.Bias;

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("GraphSage", x, graph, NeighbourWeight.Shape[1]);
        if (Aggregation == Aggregation.Max) return base.Forward(x, graph);
        // Sums and means over neighbours are products with the adjacency matrix: no message is ever written out.
        return Update(x, graph.Adjacency<T>(Aggregation == Aggregation.Mean ? GraphNormalization.Row : GraphNormalization.None).MatMul(x), graph);
    }

    /// <inheritdoc/>
    protected override Tensor<T> Message(EdgeFeatures<T> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return edges.Sources;
    }

    /// <inheritdoc/>
    protected override Tensor<T> Update(Tensor<T> x, Tensor<T> aggregated, Graph graph)
    {
        Tensor<T> y = neighbours.Apply(aggregated) + self.Apply(x);
        if (!IsNormalized) return y;
        Tensor<T> length = y.Norm(-1, keepDimensions: true);
        return y / Tensor.Where(length.Detach().Equal(T.Zero), Tensor.Scalar(T.One), length);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new GraphSage<TOther>(NeighbourWeight.Shape[1], NeighbourWeight.Shape[0], Aggregation, IsNormalized, Bias is not null);
}
