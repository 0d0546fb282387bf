using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>x limited to an interval, elementwise; flat at the bounds and beyond.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="lower">The least value.</param>
/// <param name="upper">The greatest value.</param>
public sealed class HardTanh<T>(double lower = -1, double upper = 1) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => HardActivation.Limit(input, lower, upper);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new HardTanh<TOther>(lower, upper);
}

/// <summary>min(max(x, 0), 6), elementwise; flat at the bounds and beyond (Krizhevsky 2010).</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Relu6<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => HardActivation.Limit(input, 0, 6);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Relu6<TOther>();
}

/// <summary>x/6 + ½ limited to [0, 1], elementwise (Courbariaux et al. 2015).</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class HardSigmoid<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => HardActivation.Gate(input);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new HardSigmoid<TOther>();
}

/// <summary>x times its <see cref="HardSigmoid{T}"/>, elementwise (Howard et al. 2019).</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class HardSwish<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input * HardActivation.Gate(input);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new HardSwish<TOther>();
}

internal static class HardActivation
{
    /// <summary>x limited, without a gradient at the bounds themselves, as in PyTorch.</summary>
    public static Tensor<T> Limit<T>(Tensor<T> x, double lower, double upper)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        T low = T.CreateChecked(lower), high = T.CreateChecked(upper);
        Tensor<T> values = x.Detach();
        return Tensor.Where(values.LessOrEqual(low).Or(values.GreaterOrEqual(high)), values.Clamp(low, high), x);
    }

    public static Tensor<T> Gate<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Limit(x, -3, 3) * T.CreateChecked(1 / 6.0) + T.CreateChecked(0.5);
}
