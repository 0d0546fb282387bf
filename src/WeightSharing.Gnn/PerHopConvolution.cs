using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = Σₖ Âᵏ·x·Wₖᵀ + b, k = 0 … K: a transform of its own for every hop.
/// <para>Shares nothing over hops, the baseline of a multi-hop convolution; each transform is shared over all nodes.</para>
/// <para>Shapes: x [nodes, in], lins.k.weight [out, in], bias [out], output [nodes, out].</para>
/// <para>Parameters: (K + 1)·out·in + out, K + 1 times those of <see cref="MultiHopConvolution{T}"/>.</para>
/// <para>Du et al., "Topology adaptive graph convolutional networks", 2017 (TAGCN), which adds no self-loops.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class PerHopConvolution<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransforms<T> transforms;

    /// <summary>A convolution with a transform a hop.</summary>
    /// <param name="inputs">Features of a node.</param>
    /// <param name="outputs">Features of a node afterwards.</param>
    /// <param name="hops">K, at least 0.</param>
    /// <param name="bias">Adds a bias, after the hops.</param>
    /// <param name="normalization">How the weights of edges are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself.</param>
    /// <param name="biasPerHop">Adds a bias to each transform, before the hops.</param>
    /// <param name="initializer">First values of the weights; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is below 1, or of hops below 0.</exception>
    public PerHopConvolution(
        int inputs, int outputs, int hops = 3, bool bias = true, GraphNormalization normalization = GraphNormalization.Symmetric, bool selfLoops = true,
        bool biasPerHop = false, Initializer? initializer = null)
        : this(
            Checked(inputs, outputs, hops, biasPerHop, initializer), bias ? new Parameter<T>(outputs, Initializer.Zeros) : null, normalization, selfLoops)
    {
    }

    private PerHopConvolution(GraphTransforms<T> transforms, Parameter<T>? bias, GraphNormalization normalization, bool selfLoops)
    {
        (Normalization, HasSelfLoops) = (normalization, selfLoops);
        this.transforms = Register("lins", transforms);
        if (bias is not null) Bias = Register("bias", bias);
    }

    /// <summary>K.</summary>
    public int Hops => transforms.Count - 1;

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>How the weights of edges are scaled.</summary>
    public GraphNormalization Normalization { get; }

    /// <summary>True when missing edges from every node to itself are added.</summary>
    public bool HasSelfLoops { get; }

    /// <summary>Wₖ, [out, in].</summary>
    /// <param name="hop">k, 0 to K.</param>
    public Weight<T> WeightOf(int hop) => transforms[hop].Weight;

    /// <summary>The bias of hop k, [out], or null.</summary>
    /// <param name="hop">k, 0 to K.</param>
    public Weight<T>? BiasOf(int hop) => transforms[hop].Bias;

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("PerHopConvolution", x, graph, WeightOf(0).Shape[1]);
        SparseMatrix<T> adjacency = graph.Adjacency<T>(Normalization, HasSelfLoops);
        // Horner: z = x·W_Kᵀ; z = Â·z + x·Wₖᵀ for k = K − 1 … 0.
        Tensor<T> z = transforms[Hops].Apply(x, Site.Hop(Hops));
        for (int hop = Hops - 1; hop >= 0; hop--) z = adjacency.MatMul(z) + transforms[hop].Apply(x, Site.Hop(hop));
        return Bias is null ? z : z + Bias.Use(positions: graph.NodeCount);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new PerHopConvolution<TOther>(
            copier.Copy<GraphTransforms<TOther>>(transforms), Bias is null ? null : new Parameter<TOther>(Bias.Shape, Initializer.Zeros), Normalization, HasSelfLoops);
    }

    private static GraphTransforms<T> Checked(int inputs, int outputs, int hops, bool biasPerHop, Initializer? initializer)
    {
        GraphArguments.CheckSizes(inputs, outputs, hops);
        return new GraphTransforms<T>(
            [.. Enumerable.Range(0, hops + 1).Select(_ => new GraphTransform<T>("PerHopConvolution", inputs, outputs, biasPerHop, null, initializer))]);
    }
}
