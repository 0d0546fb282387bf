using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>The right-hand side of dy/dt = f(t, y): a module that gives a state's rate of change at a time.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class OdeField<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>dy/dt, of the state's shape.</summary>
    /// <param name="time">t.</param>
    /// <param name="state">y.</param>
    public abstract Tensor<T> Derivative(double time, Tensor<T> state);
}

/// <summary>
/// f(t, y) = layer(y), or layer([y, t]) with the time as one more feature.
/// <para>Shares the layer over all times.</para>
/// <para>Shapes: state [.., D]; the layer maps D features, or D + 1 with the time, to D.</para>
/// <para>Parameters: the layer's, under <c>layer</c>.</para>
/// <para>Chen et al., "Neural ordinary differential equations", 2018.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LayerField<T> : OdeField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer as a field.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="timeDimension">Along which dimension the time is appended, −1 for the last, 1 for the channels of images; null for a field that does not depend on it.</param>
    public LayerField(Layer<T> layer, int? timeDimension = null)
    {
        Layer = Register("layer", layer);
        TimeDimension = timeDimension;
    }

    /// <summary>The layer.</summary>
    public Layer<T> Layer { get; }

    /// <summary>Along which dimension the time is appended, or null.</summary>
    public int? TimeDimension { get; }

    /// <inheritdoc/>
    public override Tensor<T> Derivative(double time, Tensor<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (TimeDimension is not { } dimension) return Layer.Forward(state);
        Tensor<T> column = Tensor.Full(state.Shape.With(dimension, 1), T.CreateChecked(time));
        return Layer.Forward(Tensor.Concat([state, column], dimension));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new LayerField<TOther>(copier.Copy(Layer), TimeDimension);
    }
}
