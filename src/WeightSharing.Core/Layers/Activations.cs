using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>max(x, 0), elementwise.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Relu<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.Relu();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Relu<TOther>();
}

/// <summary>x where positive, slope·x elsewhere, elementwise.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="slope">Slope below zero.</param>
public sealed class LeakyRelu<T>(double slope = 0.01) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.LeakyRelu(T.CreateChecked(slope));

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new LeakyRelu<TOther>(slope);
}

/// <summary>1 / (1 + e⁻ˣ), elementwise.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Sigmoid<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.Sigmoid();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Sigmoid<TOther>();
}

/// <summary>Hyperbolic tangent, elementwise.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Tanh<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.Tanh();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Tanh<TOther>();
}

/// <summary>eˣ / Σ eˣ over one dimension.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="dimension">Which; −1 is the last.</param>
public sealed class Softmax<T>(int dimension = -1) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.Softmax(dimension);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Softmax<TOther>(dimension);
}

/// <summary>ln(eˣ / Σ eˣ) over one dimension.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="dimension">Which; −1 is the last.</param>
public sealed class LogSoftmax<T>(int dimension = -1) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.LogSoftmax(dimension);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new LogSoftmax<TOther>(dimension);
}
