using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = Σₖ γₖ·Âᵏ·(x·Wᵀ + b), k = 0 … K: one transform, and one learned number for how much each hop counts.
/// <para>Shares the transform over all nodes and all hops; every hop is a usage.</para>
/// <para>Shapes: x [nodes, in], lin.weight [out, in], lin.bias [out], gamma [K + 1], output [nodes, out].</para>
/// <para>Parameters: out·(in + 1) + K + 1; unshared over hops (<see cref="PerHopConvolution{T}"/>) K + 1 times the transform.</para>
/// <para>Chien et al., "Adaptive universal generalized PageRank graph neural network", 2021 (GPR-GNN). With γ of <see cref="HopInitializer.Ppr"/>
/// it is <see cref="Appnp{T}"/>, with the last hop only <see cref="SimplifiedGraphConvolution{T}"/>. The paper's γ has no weight decay: give it a
/// group of its own.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class MultiHopConvolution<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransform<T> transform;
    private readonly Site[] sites;
    private bool ownsHopWeights;

    /// <summary>A multi-hop convolution.</summary>
    /// <param name="inputs">Features of a node.</param>
    /// <param name="outputs">Features of a node afterwards.</param>
    /// <param name="hops">K, at least 0.</param>
    /// <param name="hopInitializer">First values of γ; null is personalised PageRank with α = 0.1.</param>
    /// <param name="bias">Adds a bias to the transform, before the hops.</param>
    /// <param name="normalization">How the weights of edges are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself.</param>
    /// <param name="weight">A weight [outputs, inputs] to share instead of one of the layer's own.</param>
    /// <param name="hopWeights">γ [hops + 1] to share instead of the layer's own.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is below 1, or of hops below 0.</exception>
    /// <exception cref="ArgumentException">A weight has another shape.</exception>
    public MultiHopConvolution(
        int inputs, int outputs, int hops = 10, HopInitializer? hopInitializer = null, bool bias = true,
        GraphNormalization normalization = GraphNormalization.Symmetric, bool selfLoops = true, Weight<T>? weight = null, Weight<T>? hopWeights = null,
        Initializer? initializer = null)
    {
        GraphArguments.CheckSizes(inputs, outputs, hops);
        if (hopWeights is not null && hopWeights.Shape != hops + 1)
        {
            throw new ArgumentException($"MultiHopConvolution: the hop weights have shape {hopWeights.Shape}; {hops} hops need [{hops + 1}].", nameof(hopWeights));
        }

        (Hops, HopInitializer, Normalization, HasSelfLoops) = (hops, hopInitializer ?? HopInitializer.Ppr(), normalization, selfLoops);
        transform = Register("lin", new GraphTransform<T>("MultiHopConvolution", inputs, outputs, bias, weight, initializer));
        ownsHopWeights = hopWeights is null;
        HopWeights = Register("gamma", hopWeights ?? new Parameter<T>(hops + 1));
        sites = [.. Enumerable.Range(0, hops + 1).Select(Site.Hop)];
    }

    /// <summary>K.</summary>
    public int Hops { get; }

    /// <summary>First values of γ.</summary>
    public HopInitializer HopInitializer { get; }

    /// <summary>[out, in].</summary>
    public Weight<T> Weight => transform.Weight;

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias => transform.Bias;

    /// <summary>γ, [K + 1].</summary>
    public Weight<T> HopWeights { get; }

    /// <summary>How the weights of edges are scaled.</summary>
    public GraphNormalization Normalization { get; }

    /// <summary>True when missing edges from every node to itself are added.</summary>
    public bool HasSelfLoops { get; }

    /// <summary>How much each hop counts as of now.</summary>
    public HopProfile HopProfile() => new(Array.ConvertAll(HopWeights.Value.ToArray(), double.CreateChecked));

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("MultiHopConvolution", x, graph, Weight.Shape[1]);
        return Spread((weight, bias) => x.Linear(weight, bias), graph);
    }

    /// <summary>The layer's output for features that are mostly zero, such as the words of a text.</summary>
    /// <inheritdoc cref="Forward(Tensor{T}, Graph)"/>
    public Tensor<T> Forward(SparseMatrix<T> x, Graph graph)
    {
        ArgumentNullException.ThrowIfNull(x);
        GraphArguments.CheckNodes("MultiHopConvolution", x.Shape, graph, Weight.Shape[1]);
        return Spread(
            (weight, bias) =>
            {
                Tensor<T> h = x.MatMul(weight.Transpose());
                return bias is null ? h : h + bias;
            },
            graph);
    }

    /// <summary>The same function with a transform for each hop, free to go its own way.</summary>
    public PerHopConvolution<T> ToPerHop()
    {
        var layer = new PerHopConvolution<T>(
            Weight.Shape[1], Weight.Shape[0], Hops, bias: false, Normalization, HasSelfLoops, biasPerHop: Bias is not null);
        T[] gamma = HopWeights.Value.ToArray();
        for (int hop = 0; hop <= Hops; hop++)
        {
            layer.WeightOf(hop).Parameter.Set(Weight.Value * gamma[hop]);
            if (Bias is not null) layer.BiasOf(hop)!.Parameter.Set(Bias.Value * gamma[hop]);
        }

        return layer;
    }

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key)
    {
        if (ownsHopWeights) HopWeights.Parameter.Set(Tensor.From(Array.ConvertAll(HopInitializer.Draw(Hops, key), T.CreateChecked), [Hops + 1]));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new MultiHopConvolution<TOther>(
            Weight.Shape[1], Weight.Shape[0], Hops, HopInitializer, Bias is not null, Normalization, HasSelfLoops, copier.Copy(Weight), copier.Copy(HopWeights));
    }

    /// <inheritdoc/>
    protected override void CopyStateTo<TOther>(Module<TOther> twin) => ((MultiHopConvolution<TOther>)twin).ownsHopWeights = ownsHopWeights;

    // Horner: z = γ_K·h_K; z = Â·z + γₖ·hₖ for k = K − 1 … 0, with hₖ = x·Wᵀ + b, which differ only in the usage that their gradient is noted for.
    private Tensor<T> Spread(Func<Tensor<T>, Tensor<T>?, Tensor<T>> apply, Graph graph)
    {
        SparseMatrix<T> adjacency = graph.Adjacency<T>(Normalization, HasSelfLoops);
        Tensor<T> gamma = HopWeights.Use();
        Tensor<T>[] weights = Weight.UseAt(sites, graph.NodeCount);
        Tensor<T>[]? biases = Bias?.UseAt(sites, graph.NodeCount);
        Tensor<T>[] hs = [.. weights.Select((weight, i) => apply(weight, biases?[i]))];
        Tensor<T> z = Term(Hops);
        for (int hop = Hops - 1; hop >= 0; hop--) z = adjacency.MatMul(z) + Term(hop);
        return z;

        Tensor<T> Term(int hop) => hs[hs.Length == 1 ? 0 : hop] * gamma[hop..(hop + 1)];
    }
}
