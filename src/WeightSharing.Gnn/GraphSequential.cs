using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Graph layers and plain ones in one row, named "0", "1", …; all graph layers get the same graph, plain ones see each node, or pooled graph, as an example.
/// <para>Shares nothing of its own; the same layer may stand in several places and stays one.</para>
/// <para>Shapes: x [nodes, features], output as the last layer gives it.</para>
/// <para>Parameters: those of the layers.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GraphSequential<T> : GraphLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Module<T>[] layers;

    /// <summary>The layers in order.</summary>
    /// <param name="layers">Each a <see cref="GraphLayer{T}"/> or a <see cref="Layer{T}"/>.</param>
    /// <exception cref="ArgumentException">A module is neither.</exception>
    public GraphSequential(params ReadOnlySpan<Module<T>> layers)
    {
        this.layers = layers.ToArray();
        for (int i = 0; i < this.layers.Length; i++)
        {
            if (this.layers[i] is not (GraphLayer<T> or Layer<T>))
            {
                throw new ArgumentException(
                    $"GraphSequential: module {i} is a {this.layers[i]?.GetType().Name ?? "null"}; expected a GraphLayer or a Layer.", nameof(layers));
            }

            Register(i.ToString(CultureInfo.InvariantCulture), this.layers[i]);
        }
    }

    /// <summary>The number of layers.</summary>
    public int Count => layers.Length;

    /// <summary>Layer <paramref name="index"/>.</summary>
    public Module<T> this[int index] => layers[index];

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> x, Graph graph)
    {
        foreach (Module<T> layer in layers) x = layer is GraphLayer<T> over ? over.Forward(x, graph) : ((Layer<T>)layer).Forward(x);
        return x;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new GraphSequential<TOther>([.. layers.Select(copier.Copy<Module<TOther>>)]);
    }
}
