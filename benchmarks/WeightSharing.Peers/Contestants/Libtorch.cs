using TorchSharp;
using WeightSharing.Peers.Running;

namespace WeightSharing.Peers.Contestants;

/// <summary>Inference without recording; or a forward pass alone, recorded.</summary>
internal sealed class LibtorchForward(Func<torch.Tensor> forward, bool record = false) : Contestant
{
    public override void Run(int times)
    {
        using IDisposable? noGrad = record ? null : torch.no_grad();
        for (int i = 0; i < times; i++) forward().Dispose();
    }

    public override float[][] RunAndRead()
    {
        using IDisposable? noGrad = record ? null : torch.no_grad();
        using torch.Tensor y = forward();
        return [y.ToFloats()];
    }
}

/// <summary>Recorded forward pass and gradients; these are set to none before, so that the first one is taken over and not added.</summary>
internal sealed class LibtorchTraining(Func<torch.Tensor> forward, torch.Tensor[] leaves) : Contestant
{
    private torch.Tensor? seed;
    private torch.Tensor[] seeds = [];

    public override void Run(int times)
    {
        for (int i = 0; i < times; i++) Step().Dispose();
    }

    public override float[][] RunAndRead()
    {
        using torch.Tensor y = Step();
        return [y.ToFloats(), .. leaves.Select(leaf => leaf.grad!.ToFloats())];
    }

    public override void Dispose()
    {
        seed?.Dispose();
        base.Dispose();
    }

    private torch.Tensor Step()
    {
        foreach (torch.Tensor leaf in leaves) leaf.grad = null;
        torch.Tensor y = forward();
        if (y.dim() == 0)
        {
            y.backward();
            return y;
        }

        if (seed is null) seeds = [seed = torch.tensor(Numbers.Uniform((int)y.numel(), 99), y.shape)];
        y.backward(seeds);
        return y;
    }
}

/// <summary>A step that changes values.</summary>
internal sealed class LibtorchStep(Action step, torch.Tensor[] values) : Contestant
{
    public override void Run(int times)
    {
        for (int i = 0; i < times; i++) step();
    }

    public override float[][] RunAndRead()
    {
        step();
        return [.. values.Select(value => value.ToFloats())];
    }
}

/// <summary>Reading tensors of libtorch.</summary>
internal static class LibtorchValues
{
    /// <summary>The elements in row-major order.</summary>
    public static float[] ToFloats(this torch.Tensor tensor)
    {
        using torch.Tensor detached = tensor.detach();
        using torch.Tensor dense = detached.contiguous();
        return dense.data<float>().ToArray();
    }
}
