using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// yᵢ = ‖ₕ Σⱼ αʰᵢⱼ·Wʰ·xⱼ + b, α = softmax over the neighbours j of leakyRelu(aʰ·Wʰxⱼ + cʰ·Wʰxᵢ): neighbours weighted by how well they fit.
/// <para>Shares transform and attention over all edges; edge weights are not used.</para>
/// <para>Shapes: x [nodes, in], lin.weight [heads·out, in], att_src and att_dst [1, heads, out], bias [heads·out] (or [out]), output
/// [nodes, heads·out], or [nodes, out] where the heads are averaged.</para>
/// <para>Parameters: heads·out·(in + 3); unshared, nodes times as many.</para>
/// <para>Veličković et al., "Graph attention networks", 2018.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphAttention<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransform<T> transform;
    private readonly Dropout<T> dropout;

    /// <summary>A graph attention layer.</summary>
    /// <param name="inputs">Features of a node.</param>
    /// <param name="outputs">Features of a node afterwards, in each head.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="concat">Heads side by side; else their mean.</param>
    /// <param name="negativeSlope">Of the leaky ReLU.</param>
    /// <param name="dropout">Probability with which, while training, an edge carries nothing.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself.</param>
    /// <param name="bias">Adds a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features or heads is below 1, or the probability not in 0 … 1.</exception>
    public GraphAttention(
        int inputs, int outputs, int heads = 1, bool concat = true, double negativeSlope = 0.2, double dropout = 0, bool selfLoops = true, bool bias = true)
    {
        GraphArguments.CheckSizes(inputs, outputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        (Heads, IsConcatenated, NegativeSlope, HasSelfLoops) = (heads, concat, negativeSlope, selfLoops);
        transform = Register("lin", new GraphTransform<T>("GraphAttention", inputs, heads * outputs, false, null, Initializer.XavierUniform));
        SourceAttention = Register("att_src", new Parameter<T>([1, heads, outputs], Initializer.XavierUniform, new Fan(heads, outputs)));
        TargetAttention = Register("att_dst", new Parameter<T>([1, heads, outputs], Initializer.XavierUniform, new Fan(heads, outputs)));
        if (bias) Bias = Register("bias", new Parameter<T>(concat ? heads * outputs : outputs, Initializer.Zeros));
        this.dropout = Register("dropout", new Dropout<T>(dropout));
    }

    /// <summary>Number of heads.</summary>
    public int Heads { get; }

    /// <summary>True when the heads stand side by side, false when they are averaged.</summary>
    public bool IsConcatenated { get; }

    /// <summary>Of the leaky ReLU.</summary>
    public double NegativeSlope { get; }

    /// <summary>True when missing edges from every node to itself are added.</summary>
    public bool HasSelfLoops { get; }

    /// <summary>[heads·out, in].</summary>
    public Weight<T> Weight => transform.Weight;

    /// <summary>a, [1, heads, out].</summary>
    public Weight<T> SourceAttention { get; }

    /// <summary>c, [1, heads, out].</summary>
    public Weight<T> TargetAttention { get; }

    /// <summary>[heads·out] or [out], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        (SparsePattern pattern, Tensor<T> h, Tensor<T> attention) = Attend(x, graph);
        attention = dropout.Forward(attention);
        int outputs = h.Shape[2];
        var heads = new Tensor<T>[Heads];
        for (int head = 0; head < Heads; head++)
        {
            heads[head] = new SparseMatrix<T>(pattern, attention.Select(1, head)).MatMul(h.Select(1, head));
        }

        Tensor<T> y = Tensor.Stack<T>(heads, 1);
        y = IsConcatenated ? y.Reshape(graph.NodeCount, Heads * outputs) : y.Mean(1);
        return Bias is null ? y : y + Bias.Use(positions: graph.NodeCount);
    }

    /// <summary>α: how much each edge counts, [edges, heads], and where the edges are, self-loops among them.</summary>
    /// <exception cref="ArgumentException">x does not fit the layer or the graph.</exception>
    public (SparsePattern Pattern, Tensor<T> Weights) Attention(Tensor<T> x, Graph graph)
    {
        (SparsePattern pattern, _, Tensor<T> attention) = Attend(x, graph);
        return (pattern, attention);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GraphAttention<TOther>(
        Weight.Shape[1], SourceAttention.Shape[2], Heads, IsConcatenated, NegativeSlope, dropout.Probability, HasSelfLoops, Bias is not null);

    private (SparsePattern Pattern, Tensor<T> Features, Tensor<T> Attention) Attend(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("GraphAttention", x, graph, Weight.Shape[1]);
        int nodes = graph.NodeCount;
        SparsePattern pattern = graph.Adjacency<T>(GraphNormalization.None, HasSelfLoops).Pattern;
        Tensor<T> h = transform.Apply(x).Reshape(nodes, Heads, SourceAttention.Shape[2]);
        // The score of an edge is a sum of two numbers, one from each end: [nodes, heads] each.
        Tensor<T> sources = (h * SourceAttention.Use(positions: nodes)).Sum(-1), targets = (h * TargetAttention.Use(positions: nodes)).Sum(-1);
        Tensor<T> scores = sources.GatherColumns(pattern) + targets.SegmentExpand(pattern.RowSegments);
        return (pattern, h, scores.LeakyRelu(T.CreateChecked(NegativeSlope)).SegmentSoftmax(pattern.RowSegments));
    }
}
