using WeightSharing.Layers;
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
