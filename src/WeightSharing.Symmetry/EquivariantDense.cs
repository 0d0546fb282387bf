using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// y[n, o] = b[o] + Σ_c W[o, c]·x[n, c] with W[o, c] a linear map that commutes with a group, W·ρ(g) = ρ′(g)·W: every such map, from the group alone.
/// <para>Shares each weight over an orbit of (output, input) entries; with all permutations of a set it is the layer of Deep Sets, on a torus a convolution.</para>
/// <para>Shapes: input [N, Cin, in..], weight [Cout, Cin, out.., in..] from [Cout, Cin, free], bias [Cout, out..] from [Cout, free], output [N, Cout, out..].</para>
/// <para>Parameters: Cout·(Cin·orbits of weights + orbits of outputs); unshared Cout·out·(Cin·in + 1).</para>
/// <para>Ravanbakhsh, Schneider and Póczos, "Equivariance through parameter-sharing", 2017; Zaheer et al., "Deep sets", 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class EquivariantDense<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer that commutes with a group.</summary>
    /// <param name="inputAction">What the group does to one channel of the input.</param>
    /// <param name="outputAction">What it does to one channel of the output.</param>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="bias">With a bias, one value for each orbit of outputs and channel.</param>
    /// <param name="weight">A weight [Cout, Cin, out.., in..] to share instead of one of the layer's own.</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels is below 1.</exception>
    /// <exception cref="ArgumentException">The actions are of different groups, or the weight does not fit.</exception>
    public EquivariantDense(
        GroupAction inputAction, GroupAction outputAction, int inputChannels = 1, int outputChannels = 1, bool bias = true,
        Weight<T>? weight = null, Initializer? initializer = null)
    {
        ArgumentNullException.ThrowIfNull(inputAction);
        ArgumentNullException.ThrowIfNull(outputAction);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputChannels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputChannels);
        (InputAction, OutputAction, InputChannels, OutputChannels) = (inputAction, outputAction, inputChannels, outputChannels);
        Shape shape = new Shape(outputChannels, inputChannels).Concat(outputAction.Shape).Concat(inputAction.Shape);
        var fan = new Fan(inputChannels * inputAction.Shape.Count, outputChannels * outputAction.Shape.Count);
        Tying? tying = weight is null ? Symmetries.Tying(inputAction, outputAction) : null;
        Weight = Register("weight", WeightSource.For("EquivariantDense", shape, fan, weight, tying, initializer));
        if (!bias) return;
        Tying invariant = Symmetries.Invariant(outputAction);
        if (invariant.FreeCount == 0) return;
        var free = new Parameter<T>([outputChannels, invariant.FreeCount], Initializer.FanInUniform, fan);
        Bias = Register("bias", new Weight<T>(free).Through(invariant));
    }

    /// <summary>What the group does to one channel of the input.</summary>
    public GroupAction InputAction { get; }

    /// <summary>What it does to one channel of the output.</summary>
    public GroupAction OutputAction { get; }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>[Cout, Cin, out.., in..].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[Cout, out..], or null: also where no output stays as it is under the group.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, Cin, in..].</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Shape one = InputAction.Shape.Insert(0, InputChannels);
        if (input.Rank != one.Rank + 1 || input.Shape.Slice(1, input.Rank) != one)
        {
            throw new ArgumentException($"EquivariantDense: input {input.Shape}; expected [N, {one.ToString()[1..]}: {InputChannels} channels of {InputAction.Shape}.", nameof(input));
        }

        // y[n, (o, p)] = Σ_{(c, q)} x[n, (c, q)]·W[o, c, p, q]
        int inputs = InputAction.Shape.Count, outputs = OutputAction.Shape.Count;
        Tensor<T> matrix = Weight.Use().Reshape([OutputChannels, InputChannels, outputs, inputs]).Permute(0, 2, 1, 3)
            .Reshape([OutputChannels * outputs, InputChannels * inputs]);
        Tensor<T> y = input.Flatten(1).Linear(matrix, Bias?.Use().Flatten());
        return y.Reshape(new Shape(input.Shape[0], OutputChannels).Concat(OutputAction.Shape));
    }

    /// <summary>The layer without the group: the same values, every weight and bias free to go its own way.</summary>
    public EquivariantDense<T> ToUnshared()
    {
        var layer = new EquivariantDense<T>(
            GroupAction.Trivial(FiniteGroup.Trivial, InputAction.Shape), GroupAction.Trivial(FiniteGroup.Trivial, OutputAction.Shape), InputChannels,
            OutputChannels, Bias is not null);
        using (NoGrad.Begin())
        {
            layer.Weight.SetFull(Weight.Value);
            layer.Bias?.SetFull(Bias!.Value);
        }

        return layer;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new EquivariantDense<TOther>(
            InputAction, OutputAction, InputChannels, OutputChannels, Bias is not null, copier.Copy(Weight));
    }
}
