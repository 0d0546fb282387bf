using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Across quarter turns: a p4 convolution against a plain one with as many channels.</summary>
public class SymmetryP4 : SharingComparison
{
    internal override (Contestant, Contestant) Create() => Group.Pair(PlanarGroup.P4, 8);
}

/// <summary>Across quarter turns and mirrors: a p4m convolution against a plain one with as many channels.</summary>
public class SymmetryP4m : SharingComparison
{
    internal override (Contestant, Contestant) Create() => Group.Pair(PlanarGroup.P4M, 4);
}

/// <summary>Across all shifts of a torus: a dense layer tied by their orbits against a free one.</summary>
public class SymmetryTorus : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        GroupAction torus = GroupAction.Torus(16, 16);
        Tensor<float> x = Tensor.Normal<float>([64, 1, 16, 16], RandomKey.Of(1));
        var shared = new EquivariantDense<float>(torus, torus);
        shared.Initialize(seed: 1);
        EquivariantDense<float> free = shared.ToUnshared();
        return (Contestant.Of(free, () => free.Forward(x)), Contestant.Of(shared, () => shared.Forward(x)));
    }
}

/// <summary>Within a filter: nine taps with five free values against nine free ones.</summary>
public class SymmetryMirror : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([32, 16, 256], RandomKey.Of(1));
        var free = new Conv1d<float>(16, 32, 9, padding: 4);
        var mirrored = new Conv1d<float>(16, 32, 9, padding: 4, tying: Tying.Palindrome(9));
        free.Initialize(seed: 1);
        mirrored.Initialize(seed: 1);
        return (Contestant.Of(free, () => free.Forward(x)), Contestant.Of(mirrored, () => mirrored.Forward(x)));
    }
}

/// <summary>Along the time of a differential equation: Euler's method with one field against a residual net with a layer of its own for every step.</summary>
public class DepthOde : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([64, 128], RandomKey.Of(1));
        var ode = new NeuralOde<float>(new LayerField<float>(Field()), OdeSolver.Euler(16));
        var residual = new LayerStack<float>(16, Field, residual: true, step: 1.0 / 16);
        ode.Initialize(seed: 1);
        residual.Initialize(seed: 1);
        return (Contestant.Of(residual, () => residual.Forward(x)), Contestant.Of(ode, () => ode.Forward(x)));

        static Layer<float> Field() => new Sequential<float>(new Dense<float>(128, 128), new Tanh<float>());
    }
}

/// <summary>Across depth: one layer sixteen times against sixteen layers.</summary>
public class DepthRepeated : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([64, 128], RandomKey.Of(1));
        var shared = new Repeated<float>(new Sequential<float>(new Dense<float>(128, 128), new Tanh<float>()), 16, residual: true);
        shared.Initialize(seed: 1);
        LayerStack<float> stack = shared.ToStack();
        return (Contestant.Of(stack, () => stack.Forward(x)), Contestant.Of(shared, () => shared.Forward(x)));
    }
}

/// <summary>At a fixed point: one layer without end against sixteen layers of their own.</summary>
public class DepthEquilibrium : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        // Small weights that hardly move: a contraction, whose fixed point exists in every step that is measured.
        const double LearningRate = 1e-9;
        Initializer small = Initializer.FanInUniform.WithGain(0.2);
        Tensor<float> x = Tensor.Normal<float>([64, 128], RandomKey.Of(1));
        var equilibrium = new Equilibrium<float>(Body());
        var stack = new LayerStack<float>(16, Body, injection: InputInjection.Add);
        equilibrium.Initialize(seed: 1);
        stack.Initialize(seed: 1);
        return (Contestant.Of(stack, () => stack.Forward(x), LearningRate), Contestant.Of(equilibrium, () => equilibrium.Forward(x), LearningRate));

        Layer<float> Body() => new Sequential<float>(new Dense<float>(128, 128, initializer: small), new Tanh<float>());
    }
}

/// <summary>Between the halves of a U-Net: decoder filters that are the encoder's transposed against filters of their own.</summary>
public class DepthUNet : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([4, 1, 64, 64], RandomKey.Of(1));
        var untied = new UNet<float>(1, 2, [8, 16, 32]);
        var tied = new UNet<float>(1, 2, [8, 16, 32], UNetTying.Adjoint);
        untied.Initialize(seed: 1);
        tied.Initialize(seed: 1);
        return (Contestant.Of(untied, () => untied.Forward(x)), Contestant.Of(tied, () => tied.Forward(x)));
    }
}

internal static class Group
{
    public static (Contestant, Contestant) Pair(PlanarGroup group, int channels)
    {
        int all = channels * group.Order;
        Tensor<float> x = Tensor.Normal<float>([32, all, 28, 28], RandomKey.Of(1)), y = x.Reshape(32, channels, group.Order, 28, 28);
        var plain = new Conv2d<float>(all, all, 3, padding: 1);
        var shared = new GroupConv2d<float>(group, channels, channels, 3, padding: 1);
        plain.Initialize(seed: 1);
        shared.Initialize(seed: 1);
        return (Contestant.Of(plain, () => plain.Forward(x)), Contestant.Of(shared, () => shared.Forward(y)));
    }
}
