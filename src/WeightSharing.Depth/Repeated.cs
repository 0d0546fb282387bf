using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// h_{k+1} = f(h_k), or h_k + s·f(h_k) with a residual, n times with the same layer f; f may see the input x again each time.
/// <para>Shares the layer over the n steps of depth: each is a usage, at depth = 0 … n − 1.</para>
/// <para>Shapes: input [..], output as the state that the layer gives.</para>
/// <para>Parameters: the layer's, under <c>body</c>; unshared (<see cref="LayerStack{T}"/>) n times as many.</para>
/// <para>Dehghani et al., "Universal transformers", 2019; with <see cref="InputInjection.Concatenate"/> a recurrent net whose input stays the same.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Repeated<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer applied n times.</summary>
    /// <param name="body">f.</param>
    /// <param name="times">n, at least 0; with 0 the output is the state at the beginning.</param>
    /// <param name="residual">Adds each step to the state: the layer gives a change.</param>
    /// <param name="step">s, the factor of the change; with a residual only. 1/n makes the whole an Euler integration over unit time.</param>
    /// <param name="injection">How f sees the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative n.</exception>
    /// <exception cref="ArgumentException">A step other than 1 without a residual.</exception>
    public Repeated(Layer<T> body, int times, bool residual = false, double step = 1, InputInjection injection = InputInjection.None)
    {
        Depths.Check("Repeated", times, residual, step);
        Body = Register("body", body);
        (Times, HasResidual, Step, Injection) = (times, residual, step, injection);
    }

    /// <summary>f.</summary>
    public Layer<T> Body { get; }

    /// <summary>n.</summary>
    public int Times { get; }

    /// <summary>Whether each step is added to the state.</summary>
    public bool HasResidual { get; }

    /// <summary>s.</summary>
    public double Step { get; }

    /// <summary>How f sees the input.</summary>
    public InputInjection Injection { get; }

    /// <summary>h_n from h_0 = x.</summary>
    /// <exception cref="ArgumentException">The layer's output does not fit its input.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, input);

    /// <summary>h_n from a state h_0 that is not the input.</summary>
    /// <param name="input">x.</param>
    /// <param name="state">h_0.</param>
    /// <exception cref="ArgumentException">The layer's output does not fit its input.</exception>
    public Tensor<T> Forward(Tensor<T> input, Tensor<T> state) =>
        Depths.Run("Repeated", Times, _ => Body, input, state, HasResidual, Step, Injection);

    /// <summary>A stack of n layers of their own, each with this one's values: the same output, and each layer free to go its own way.</summary>
    public LayerStack<T> ToStack()
    {
        var layers = new Layer<T>[Times];
        for (int k = 0; k < Times; k++) layers[k] = Body.Clone();
        return new LayerStack<T>(layers, DepthSharing.None, HasResidual, Step, Injection);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Repeated<TOther>(copier.Copy(Body), Times, HasResidual, Step, Injection);
    }
}

/// <summary>Steps of depth, whatever layers they use.</summary>
internal static class Depths
{
    public static void Check(string name, int times, bool residual, double step)
    {
        if (times < 0) throw new ArgumentOutOfRangeException(nameof(times), $"{name}: {times} steps of depth; expected 0 or more.");
        if (!residual && step != 1) throw new ArgumentException($"{name}: a step of {step} without a residual; it is the factor of the change, pass residual: true.", nameof(step));
    }

    // h_{k+1} = f_k(h_k), or h_k + s·f_k(h_k)
    public static Tensor<T> Run<T>(
        string name, int times, Func<int, Layer<T>> layer, Tensor<T> input, Tensor<T> state, bool residual, double step, InputInjection injection)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(state);
        T factor = T.CreateChecked(step);
        for (int k = 0; k < times; k++)
        {
            using UsageScope site = UsageScope.Enter(Site.Depth(k));
            Tensor<T> next = layer(k).Forward(Injected.Operand(name, injection, state, input));
            if (residual && next.Shape != state.Shape)
            {
                throw new ArgumentException($"{name}: at depth {k} the layer gives {next.Shape} for a state {state.Shape}; a residual needs equal shapes.", nameof(state));
            }

            state = !residual ? next : factor == T.One ? state + next : state + next * factor;
        }

        return state;
    }
}
