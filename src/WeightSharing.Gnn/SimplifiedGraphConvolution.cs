using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = Âᴷ·x·Wᵀ + b: K hops without anything between, then one linear map.
/// <para>Shares one transform over all nodes, and over the K layers of a graph convolutional network whose nonlinearities were left out.</para>
/// <para>Shapes: x [nodes, in], lin.weight [out, in], lin.bias [out], output [nodes, out].</para>
/// <para>Parameters: out·(in + 1); unshared over layers, K times as many.</para>
/// <para>Wu et al., "Simplifying graph convolutional networks", 2019. With a linear readout the training is convex; <see cref="Graph.Propagate"/>
/// computes Âᴷ·x once beforehand.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class SimplifiedGraphConvolution<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransform<T> transform;

    /// <summary>A simplified graph convolution.</summary>
    /// <param name="inputs">Features of a node.</param>
    /// <param name="outputs">Features of a node afterwards.</param>
    /// <param name="hops">K, at least 0.</param>
    /// <param name="bias">Adds a bias.</param>
    /// <param name="normalization">How the weights of edges are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself.</param>
    /// <param name="weight">A weight [outputs, inputs] to share instead of one of the layer's own.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is below 1, or of hops below 0.</exception>
    /// <exception cref="ArgumentException">The weight has another shape.</exception>
    public SimplifiedGraphConvolution(
        int inputs, int outputs, int hops = 2, bool bias = true, GraphNormalization normalization = GraphNormalization.Symmetric, bool selfLoops = true,
        Weight<T>? weight = null, Initializer? initializer = null)
    {
        GraphArguments.CheckSizes(inputs, outputs, hops);
        (Hops, Normalization, HasSelfLoops) = (hops, normalization, selfLoops);
        transform = Register("lin", new GraphTransform<T>("SimplifiedGraphConvolution", inputs, outputs, bias, weight, initializer));
    }

    /// <summary>K.</summary>
    public int Hops { get; }

    /// <summary>[out, in].</summary>
    public Weight<T> Weight => transform.Weight;

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias => transform.Bias;

    /// <summary>How the weights of edges are scaled.</summary>
    public GraphNormalization Normalization { get; }

    /// <summary>True when missing edges from every node to itself are added.</summary>
    public bool HasSelfLoops { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        GraphArguments.CheckNodes("SimplifiedGraphConvolution", x, graph, Weight.Shape[1]);
        return transform.Apply(graph.Propagate(x, Hops, Normalization, HasSelfLoops));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new SimplifiedGraphConvolution<TOther>(
            Weight.Shape[1], Weight.Shape[0], Hops, Bias is not null, Normalization, HasSelfLoops, copier.Copy(Weight));
    }
}
