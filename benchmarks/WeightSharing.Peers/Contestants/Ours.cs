using WeightSharing.Autograd;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Contestants;

/// <summary>Where scopes begin and end.</summary>
internal enum ScopeUse
{
    /// <summary>A scope around every run, as in a training loop.</summary>
    EachRun,

    /// <summary>One scope around many runs: the share of one operation in a longer step.</summary>
    Around,

    /// <summary>None: tensors are left to the garbage collector.</summary>
    None,
}

/// <summary>Inference; or a forward pass alone, recorded.</summary>
internal sealed class OurForward(Func<Tensor<float>> forward, ScopeUse scopes, bool record = false) : Contestant
{
    public override void Run(int times)
    {
        using NoGrad noGrad = record ? default : NoGrad.Begin();
        using TensorScope? around = scopes == ScopeUse.Around ? TensorScope.Begin() : null;
        for (int i = 0; i < times; i++)
        {
            using TensorScope? each = scopes == ScopeUse.EachRun ? TensorScope.Begin() : null;
            forward();
        }
    }

    public override float[][] RunAndRead()
    {
        using NoGrad noGrad = record ? default : NoGrad.Begin();
        return [forward().ToArray()];
    }
}

/// <summary>Recorded forward pass and gradients.</summary>
internal sealed class OurTraining(Func<Tensor<float>> forward, Tensor<float>[] leaves, ScopeUse scopes) : Contestant
{
    private Tensor<float>? seed;

    public override void Run(int times)
    {
        using TensorScope? around = scopes == ScopeUse.Around ? TensorScope.Begin() : null;
        for (int i = 0; i < times; i++)
        {
            using TensorScope? each = scopes == ScopeUse.EachRun ? TensorScope.Begin() : null;
            Step();
        }
    }

    public override float[][] RunAndRead()
    {
        Tensor<float> y = Step();
        return [y.ToArray(), .. leaves.Select(leaf => leaf.Gradient!.ToArray())];
    }

    private Tensor<float> Step()
    {
        foreach (Tensor<float> leaf in leaves) leaf.ZeroGradient();
        Tensor<float> y = forward();
        if (y.Rank == 0) y.Backward();
        else y.Backward(seed ??= Tensor.From(Numbers.Uniform(y.Count, 99), y.Shape).Keep());
        return y;
    }
}

/// <summary>A step that changes values.</summary>
internal sealed class OurStep(Action step, Tensor<float>[] values) : Contestant
{
    public override void Run(int times)
    {
        for (int i = 0; i < times; i++)
        {
            using var scope = TensorScope.Begin();
            step();
        }
    }

    public override float[][] RunAndRead()
    {
        Run(1);
        return [.. values.Select(value => value.ToArray())];
    }
}
