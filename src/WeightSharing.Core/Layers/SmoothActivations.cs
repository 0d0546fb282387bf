using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>x·Φ(x), elementwise, Φ the normal distribution function (Hendrycks &amp; Gimpel 2016).</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="approximate">½x(1 + tanh(√(2/π)(x + 0.044715x³))) instead.</param>
public sealed class Gelu<T>(bool approximate = false) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => approximate ? input.GeluTanh() : input.Gelu();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Gelu<TOther>(approximate);
}

/// <summary>ln(1 + e^(βx)) / β, elementwise; x itself where βx exceeds the threshold.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="beta">β, greater than 0.</param>
/// <param name="threshold">From where it counts as linear.</param>
public sealed class Softplus<T>(double beta = 1, double threshold = 20) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.Softplus(T.CreateChecked(beta), T.CreateChecked(threshold));

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Softplus<TOther>(beta, threshold);
}

/// <summary>x / (1 + e⁻ˣ), elementwise (Hendrycks &amp; Gimpel 2016; Ramachandran et al. 2017, as swish).</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Silu<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input * input.Sigmoid();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Silu<TOther>();
}

/// <summary>x where positive, α(eˣ − 1) elsewhere, elementwise (Clevert et al. 2016).</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="alpha">α.</param>
public sealed class Elu<T>(double alpha = 1) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        // The exponential of the negative part alone: large positive inputs would overflow in the branch that is not taken.
        Tensor<T> below = Tensor.Where(input.Greater(T.Zero), Tensor.Scalar(T.Zero), input).Expm1() * T.CreateChecked(alpha);
        return Tensor.Where(input.Greater(T.Zero), input, below);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Elu<TOther>(alpha);
}

/// <summary>x·tanh(ln(1 + eˣ)), elementwise (Misra 2019).</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Mish<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input * input.Softplus().Tanh();

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Mish<TOther>();
}

/// <summary>λx where positive, λα(eˣ − 1) elsewhere, elementwise, with λ and α that keep mean 0 and variance 1 (Klambauer et al. 2017).</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Selu<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Elu<T> elu = new(1.6732632423543772848170429916717);

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => elu.Forward(input) * T.CreateChecked(1.0507009873554804934193349852946);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Selu<TOther>();
}

/// <summary>ln σ(x) = −ln(1 + e⁻ˣ), elementwise.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LogSigmoid<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => -(-input).Softplus(T.One, T.PositiveInfinity);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new LogSigmoid<TOther>();
}

/// <summary>x / (1 + |x|), elementwise.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Softsign<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input / (T.One + input.Abs());

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Softsign<TOther>();
}
