using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// h_{k+1} = f_k(h_k), or h_k + s·f_k(h_k) with a residual: n layers of one kind one after the other, of which any may be the same one.
/// <para>Shares each layer over the steps that use it, by a pattern: none (the unshared baseline of <see cref="Repeated{T}"/>), all, groups, cycles.</para>
/// <para>Shapes: input [..], output as the state that the last layer gives.</para>
/// <para>Parameters: those of the distinct layers, under the number of every step that uses them; unshared n times one layer's.</para>
/// <para>Lan et al., "ALBERT: a lite BERT for self-supervised learning of language representations", 2020.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LayerStack<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Layer<T>[] layers;

    /// <summary>A stack of layers that a function makes.</summary>
    /// <param name="depth">n.</param>
    /// <param name="make">Makes one layer; called once for each distinct one.</param>
    /// <param name="sharing">Which steps share; null is <see cref="DepthSharing.None"/>.</param>
    /// <param name="residual">Adds each step to the state.</param>
    /// <param name="step">s, the factor of the change; with a residual only.</param>
    /// <param name="injection">How the layers see the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative n.</exception>
    /// <exception cref="ArgumentException">A step other than 1 without a residual, or a pattern of another depth.</exception>
    public LayerStack(
        int depth, Func<Layer<T>> make, DepthSharing? sharing = null, bool residual = false, double step = 1, InputInjection injection = InputInjection.None)
        : this(Make(depth, make, sharing ?? DepthSharing.None), sharing ?? DepthSharing.None, residual, step, injection)
    {
    }

    internal LayerStack(Layer<T>[] distinct, DepthSharing sharing, bool residual, double step, InputInjection injection)
        : this(distinct, sharing, distinct.Length, residual, step, injection)
    {
    }

    private LayerStack((int Depth, Layer<T>[] Distinct) made, DepthSharing sharing, bool residual, double step, InputInjection injection)
        : this(made.Distinct, sharing, made.Depth, residual, step, injection)
    {
    }

    private LayerStack(Layer<T>[] distinct, DepthSharing sharing, int depth, bool residual, double step, InputInjection injection)
    {
        Depths.Check("LayerStack", depth, residual, step);
        (Sharing, HasResidual, Step, Injection) = (sharing, residual, step, injection);
        layers = [.. sharing.LayersOf(depth).Select(layer => distinct[layer])];
        for (int k = 0; k < layers.Length; k++) Register(k.ToString(CultureInfo.InvariantCulture), layers[k]);
    }

    /// <summary>n.</summary>
    public int Depth => layers.Length;

    /// <summary>Which steps share.</summary>
    public DepthSharing Sharing { get; }

    /// <summary>Whether each step is added to the state.</summary>
    public bool HasResidual { get; }

    /// <summary>s.</summary>
    public double Step { get; }

    /// <summary>How the layers see the input.</summary>
    public InputInjection Injection { get; }

    /// <summary>The layer of step <paramref name="step"/>.</summary>
    public Layer<T> this[int step] => layers[step];

    /// <summary>h_n from h_0 = x.</summary>
    /// <exception cref="ArgumentException">A layer's output does not fit its input.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, input);

    /// <summary>h_n from a state h_0 that is not the input.</summary>
    /// <param name="input">x.</param>
    /// <param name="state">h_0.</param>
    /// <exception cref="ArgumentException">A layer's output does not fit its input.</exception>
    public Tensor<T> Forward(Tensor<T> input, Tensor<T> state) =>
        Depths.Run("LayerStack", Depth, k => layers[k], input, state, HasResidual, Step, Injection);

    /// <summary>
    /// The stack of another pattern that is nearest to this one: each of its layers has the mean of the values of the layers that it stands for. With
    /// <see cref="DepthSharing.None"/> each step gets a layer of its own, with the same output.
    /// </summary>
    /// <param name="sharing">The new pattern.</param>
    /// <returns>The stack, and how far this one is from it.</returns>
    /// <exception cref="InvalidOperationException">Layers that are to be one have different parameters.</exception>
    public LayerStackFit<T> ToShared(DepthSharing sharing)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        int[] pattern = [.. sharing.LayersOf(Depth)];
        double squares = 0;
        var distinct = new Layer<T>[pattern.Length == 0 ? 0 : pattern.Max() + 1];
        using NoGrad off = NoGrad.Begin();
        for (int number = 0; number < distinct.Length; number++)
        {
            int[] steps = [.. Enumerable.Range(0, Depth).Where(step => pattern[step] == number)];
            Layer<T> layer = distinct[number] = layers[steps[0]].Clone();
            ParameterSet<T> target = layer.Parameters;
            ParameterSet<T>[] sources = [.. steps.Select(step => layers[step].Parameters)];
            Tensor<T>[] buffers = [.. layer.Buffers.Select(pair => pair.Buffer)];
            for (int i = 0; i < target.Count; i++)
            {
                Tensor<T>[] values = [.. sources.Select(source => source.Count == target.Count && source[i].Shape == target[i].Shape
                    ? source[i].Value.Detach()
                    : throw new InvalidOperationException($"ToShared: steps {string.Join(", ", steps)} are to share a layer, but their parameters differ: {source} against {target}."))];
                Tensor<T> mean = Mean(values);
                target[i].Set(mean);
                squares += values.Sum(value => double.CreateChecked(((value - mean) * (value - mean)).Sum().Item()));
            }

            Tensor<T>[][] sourceBuffers = [.. steps.Select(step => layers[step].Buffers.Select(pair => pair.Buffer).ToArray())];
            for (int i = 0; i < buffers.Length; i++) buffers[i].CopyFrom(Mean([.. sourceBuffers.Select(each => each[i])]));
        }

        return new LayerStackFit<T>(new LayerStack<T>(distinct, sharing, Depth, HasResidual, Step, Injection), Math.Sqrt(squares));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        IEnumerable<Layer<T>> distinct = Sharing.LayersOf(Depth).Zip(layers).DistinctBy(pair => pair.First).OrderBy(pair => pair.First).Select(pair => pair.Second);
        return new LayerStack<TOther>([.. distinct.Select(layer => copier.Copy(layer))], Sharing, Depth, HasResidual, Step, Injection);
    }

    // Equal values stay exactly what they are.
    private static Tensor<T> Mean(Tensor<T>[] values)
    {
        Tensor<T> first = values[0], sum = Tensor.Zeros<T>(first.Shape);
        foreach (Tensor<T> value in values) sum += value - first;
        return first + sum * (T.One / T.CreateChecked(values.Length));
    }

    private static (int Depth, Layer<T>[] Distinct) Make(int depth, Func<Layer<T>> make, DepthSharing sharing)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (depth < 0) throw new ArgumentOutOfRangeException(nameof(depth), $"LayerStack: {depth} steps of depth; expected 0 or more.");
        var distinct = new Layer<T>[depth == 0 ? 0 : sharing.LayersOf(depth).Max() + 1];
        for (int i = 0; i < distinct.Length; i++) distinct[i] = make();
        return (depth, distinct);
    }
}

/// <summary>A stack fitted to another, with the measured distance between the two.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Stack">The nearest stack of the pattern.</param>
/// <param name="Residual">‖w − w′‖₂ over the weights of all steps; 0 when the layers were equal already.</param>
public sealed record LayerStackFit<T>(LayerStack<T> Stack, double Residual)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
