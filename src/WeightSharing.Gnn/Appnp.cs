using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// z₀ = x, zₖ₊₁ = (1 − α)·Â·zₖ + α·x, the result z_K: a random walk over the graph that starts anew at every step with probability α.
/// <para>Shares nothing of its own: it spreads what one transform before it made of every node over K hops.</para>
/// <para>Shapes: x [nodes, features], output the same.</para>
/// <para>Parameters: none. As K grows the result tends to α·(I − (1 − α)·Â)⁻¹·x, personalised PageRank.</para>
/// <para>Gasteiger, Bojchevski &amp; Günnemann, "Predict then propagate", 2019.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Appnp<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dropout<T> dropout;

    /// <summary>A propagation.</summary>
    /// <param name="hops">K, at least 0.</param>
    /// <param name="alpha">α, the probability of starting anew, 0 to 1.</param>
    /// <param name="dropout">Probability with which, while training, an edge carries nothing at a hop.</param>
    /// <param name="normalization">How the weights of edges are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of hops is negative, or a probability lies outside 0 … 1.</exception>
    public Appnp(
        int hops = 10, double alpha = 0.1, double dropout = 0, GraphNormalization normalization = GraphNormalization.Symmetric, bool selfLoops = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hops);
        if (!(alpha is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(alpha), $"Appnp: alpha {alpha}; expected 0 to 1.");
        (Hops, Alpha, Normalization, HasSelfLoops) = (hops, alpha, normalization, selfLoops);
        this.dropout = Register("dropout", new Dropout<T>(dropout));
    }

    /// <summary>K.</summary>
    public int Hops { get; }

    /// <summary>α.</summary>
    public double Alpha { get; }

    /// <summary>How the weights of edges are scaled.</summary>
    public GraphNormalization Normalization { get; }

    /// <summary>True when missing edges from every node to itself are added.</summary>
    public bool HasSelfLoops { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("Appnp", x, graph);
        SparseMatrix<T> adjacency = graph.Adjacency<T>(Normalization, HasSelfLoops);
        Tensor<T> z = x, restart = x * T.CreateChecked(Alpha);
        T onward = T.CreateChecked(1 - Alpha);
        for (int hop = 0; hop < Hops; hop++)
        {
            z = adjacency.WithValues(dropout.Forward(adjacency.Values)).MatMul(z) * onward + restart;
        }

        return z;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new Appnp<TOther>(Hops, Alpha, dropout.Probability, Normalization, HasSelfLoops);
}
