using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = Â·x·Wᵀ + b: every node gets the transformed features of its neighbours and itself, weighted by Â = D^−½·(A + I)·D^−½.
/// <para>Shares one transform over all nodes; permuting the nodes permutes the output.</para>
/// <para>Shapes: x [nodes, in], lin.weight [out, in], bias [out], output [nodes, out].</para>
/// <para>Parameters: out·(in + 1); unshared, nodes times as many.</para>
/// <para>Kipf &amp; Welling, "Semi-supervised classification with graph convolutional networks", 2017, eq. 2.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphConvolution<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransform<T> transform;

    /// <summary>A graph convolution.</summary>
    /// <param name="inputs">Features of a node.</param>
    /// <param name="outputs">Features of a node afterwards.</param>
    /// <param name="bias">Adds a bias.</param>
    /// <param name="normalization">How the weights of edges are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself.</param>
    /// <param name="weight">A weight [outputs, inputs] to share instead of one of the layer's own.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.XavierUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is below 1.</exception>
    /// <exception cref="ArgumentException">The weight has another shape.</exception>
    public GraphConvolution(
        int inputs, int outputs, bool bias = true, GraphNormalization normalization = GraphNormalization.Symmetric, bool selfLoops = true,
        Weight<T>? weight = null, Initializer? initializer = null)
    {
        GraphArguments.CheckSizes(inputs, outputs);
        (Normalization, HasSelfLoops) = (normalization, selfLoops);
        transform = Register("lin", new GraphTransform<T>("GraphConvolution", inputs, outputs, false, weight, initializer ?? Initializer.XavierUniform));
        if (bias) Bias = Register("bias", new Parameter<T>(outputs, Initializer.Zeros));
    }

    /// <summary>[out, in].</summary>
    public Weight<T> Weight => transform.Weight;

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>How the weights of edges are scaled.</summary>
    public GraphNormalization Normalization { get; }

    /// <summary>True when missing edges from every node to itself are added.</summary>
    public bool HasSelfLoops { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("GraphConvolution", x, graph, Weight.Shape[1]);
        SparseMatrix<T> adjacency = graph.Adjacency<T>(Normalization, HasSelfLoops);
        // The narrower of the two sides travels: (Â·x)·Wᵀ = Â·(x·Wᵀ).
        return WithBias(Weight.Shape[1] < Weight.Shape[0] ? transform.Apply(adjacency.MatMul(x)) : adjacency.MatMul(transform.Apply(x)));
    }

    /// <summary>The layer's output for features that are mostly zero, such as the words of a text.</summary>
    /// <inheritdoc cref="Forward(Tensor{T}, Graph)"/>
    public Tensor<T> Forward(SparseMatrix<T> x, Graph graph)
    {
        ArgumentNullException.ThrowIfNull(x);
        GraphArguments.CheckNodes("GraphConvolution", x.Shape, graph, Weight.Shape[1]);
        return WithBias(graph.Adjacency<T>(Normalization, HasSelfLoops).MatMul(transform.Apply(x)));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new GraphConvolution<TOther>(Weight.Shape[1], Weight.Shape[0], Bias is not null, Normalization, HasSelfLoops, copier.Copy(Weight));
    }

    private Tensor<T> WithBias(Tensor<T> y) => Bias is null ? y : y + Bias.Use(positions: y.Shape[0]);
}
