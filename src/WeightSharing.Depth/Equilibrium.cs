using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// z with z = f(z, x): what infinitely many applications of one layer lead to, found by Anderson acceleration. The gradient is implicit:
/// u = u·∂f/∂z + ∂z is solved at the end, whatever the way there, so that memory does not grow with the number of iterations.
/// <para>Shares the layer over all of a depth without end; one usage stands for all iterations.</para>
/// <para>Shapes: input [..], state and output as the layer gives them.</para>
/// <para>Parameters: the layer's, under <c>body</c>; unshared (a stack of as many layers as iterations) as many times more.</para>
/// <para>Bai, Kolter and Koltun, "Deep equilibrium models", 2019.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Equilibrium<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The fixed point of a layer.</summary>
    /// <param name="body">f: of the state with the input. A contraction has exactly one fixed point.</param>
    /// <param name="injection">How f sees the input; without it the fixed point would not depend on it.</param>
    /// <param name="settings">Of the iterations; null is their defaults.</param>
    /// <exception cref="ArgumentException">No injection, or settings that make no sense.</exception>
    public Equilibrium(Layer<T> body, InputInjection injection = InputInjection.Add, AndersonSettings? settings = null)
    {
        if (injection == InputInjection.None)
        {
            throw new ArgumentException("Equilibrium: without an injection the fixed point does not depend on the input; use InputInjection.Add or Concatenate.", nameof(injection));
        }

        settings ??= new AndersonSettings();
        if (!(settings.Tolerance > 0) || settings.MaximumIterations < 1 || settings.Memory < 0 || !(settings.Damping is > 0 and <= 1))
        {
            throw new ArgumentException($"Equilibrium: {settings}; expected a tolerance above 0, at least one iteration, a memory of 0 or more, and a damping in 0 … 1, 0 excluded.", nameof(settings));
        }

        Body = Register("body", body);
        (Injection, Settings) = (injection, settings);
    }

    /// <summary>f.</summary>
    public Layer<T> Body { get; }

    /// <summary>How f sees the input.</summary>
    public InputInjection Injection { get; }

    /// <summary>Of the iterations.</summary>
    public AndersonSettings Settings { get; }

    /// <summary>The fixed point that is reached from zeros of the input's shape.</summary>
    /// <exception cref="ConvergenceException">The iteration does not converge, here or in the backward pass.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Forward(input, Tensor.Zeros<T>(input.Shape));
    }

    /// <summary>The fixed point that is reached from a given state.</summary>
    /// <param name="input">x.</param>
    /// <param name="state">Where to begin, of the output's shape. Has no gradient: the fixed point does not depend on it.</param>
    /// <exception cref="ConvergenceException">The iteration does not converge, here or in the backward pass.</exception>
    public Tensor<T> Forward(Tensor<T> input, Tensor<T> state)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(state);
        if (NoGrad.IsActive) return FixedPoint.Find("Equilibrium", z => Map(z, input), state, Settings).Value;
        ParameterSet<T> set = Body.Parameters;
        return FixedPoint.Of(
            "Equilibrium", z => Map(z, input), state, [input, .. set.Select(parameter => parameter.Value)],
            // The number of iterations depends on the data: noted by it, usages would have no end.
            () => [input, .. set.Select(parameter => set[set.NamesOf(parameter)[0]].UseFree())], Settings);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Equilibrium<TOther>(copier.Copy(Body), Injection, Settings);
    }

    private Tensor<T> Map(Tensor<T> state, Tensor<T> input) => Body.Forward(Injected.Operand("Equilibrium", Injection, state, input));
}
