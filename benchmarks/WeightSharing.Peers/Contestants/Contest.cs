using TorchSharp;
using WeightSharing.Peers.Onnx;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Contestants;

/// <summary>The contestants of one work.</summary>
internal sealed class Contest(Work work, int threads) : IDisposable
{
    private readonly List<IDisposable> owned = [];

    /// <summary>What is timed.</summary>
    public Mode Mode => work.Mode;

    /// <summary>The largest difference between results that counts as agreement, relative to 1 + the largest absolute value.</summary>
    public double Tolerance { get; set; } = 2e-4;

    /// <summary>This library.</summary>
    public Contestant? OurContestant { get; private set; }

    /// <summary>libtorch.</summary>
    public Contestant? LibtorchContestant { get; private set; }

    /// <summary>ONNX Runtime.</summary>
    public Contestant? OrtContestant { get; private set; }

    /// <summary>Those that take part.</summary>
    public Contestant[] Contestants => [.. new[] { OurContestant, LibtorchContestant, OrtContestant }.OfType<Contestant>()];

    /// <summary>
    /// Enters this library: inference, or recorded forward and backward pass, as the mode says. A result that is no scalar gets a fixed gradient.
    /// </summary>
    /// <param name="forward">The forward pass.</param>
    /// <param name="leaves">Tensors whose gradients are asked for, in the order of the peers'.</param>
    public void Ours(Func<Tensor<float>> forward, params Tensor<float>[] leaves) => Ours(ScopeUse.EachRun, forward, leaves);

    /// <inheritdoc cref="Ours(Func{Tensor{float}}, Tensor{float}[])"/>
    /// <param name="scopes">Where scopes begin and end.</param>
    /// <param name="forward">The forward pass.</param>
    /// <param name="leaves">Tensors whose gradients are asked for.</param>
    public void Ours(ScopeUse scopes, Func<Tensor<float>> forward, params Tensor<float>[] leaves) =>
        OurContestant = Mode == Mode.Forward ? new OurForward(forward, scopes) : new OurTraining(forward, leaves, scopes);

    /// <summary>Enters this library with a step that changes these values.</summary>
    public void OurStep(Action step, params Tensor<float>[] values) => OurContestant = new OurStep(step, values);

    /// <summary>Enters libtorch, as <see cref="Ours(Func{Tensor{float}}, Tensor{float}[])"/>; the forward pass disposes what it makes on the way.</summary>
    public void Libtorch(Func<torch.Tensor> forward, params torch.Tensor[] leaves) =>
        LibtorchContestant = Mode == Mode.Forward ? new LibtorchForward(forward) : new LibtorchTraining(forward, leaves);

    /// <summary>Enters libtorch with a step that changes these values.</summary>
    public void LibtorchStep(Action step, params torch.Tensor[] values) => LibtorchContestant = new LibtorchStep(step, values);

    /// <summary>Enters this library with a recorded forward pass that no backward pass follows.</summary>
    public void OursRecorded(ScopeUse scopes, Func<Tensor<float>> forward) => OurContestant = new OurForward(forward, scopes, record: true);

    /// <summary>Enters libtorch with a recorded forward pass that no backward pass follows.</summary>
    public void LibtorchRecorded(Func<torch.Tensor> forward) => LibtorchContestant = new LibtorchForward(forward, record: true);

    /// <summary>Enters ONNX Runtime, which takes part in inference only.</summary>
    /// <param name="graph">Builds the model and returns the name of its output.</param>
    /// <param name="outputShape">Shape of the output.</param>
    public void Ort(Func<OnnxGraph, string> graph, params long[] outputShape)
    {
        if (Mode != Mode.Forward) return;
        var model = new OnnxGraph();
        OrtContestant = new OrtForward(model, graph(model), outputShape, threads);
    }

    /// <summary>A tensor of libtorch with these values, which lives as long as the contest.</summary>
    public torch.Tensor Torch(float[] values, params long[] shape) => Own(torch.tensor(values, shape));

    /// <summary>A leaf of libtorch with these values, whose gradient is asked for unless only the forward pass is timed.</summary>
    public torch.Tensor TorchLeaf(float[] values, params long[] shape) => Own(torch.tensor(values, shape, requires_grad: Mode != Mode.Forward));

    /// <summary>A tensor of this library with these values, whose gradient is asked for unless only the forward pass is timed.</summary>
    public Tensor<float> Leaf(float[] values, Shape shape)
    {
        Tensor<float> tensor = Tensor.From(values, shape);
        return Mode == Mode.Forward ? tensor : tensor.RequireGradient();
    }

    /// <summary>Disposes it with the contest.</summary>
    public T Own<T>(T thing)
        where T : IDisposable
    {
        owned.Add(thing);
        return thing;
    }

    /// <summary>Every contestant does the work once: what differs between them, or null.</summary>
    public string? Disagreement()
    {
        float[][] ours = OurContestant!.RunAndRead();
        foreach ((string name, Contestant? peer) in new[] { ("libtorch", LibtorchContestant), ("ONNX Runtime", OrtContestant) })
        {
            if (peer?.RunAndRead() is not { } theirs) continue;
            if (theirs.Length != ours.Length) return $"{ours.Length} results, {name} has {theirs.Length}";
            for (int i = 0; i < ours.Length; i++)
            {
                if (theirs[i].Length != ours[i].Length) return $"result {i} has {ours[i].Length} elements, {name}'s {theirs[i].Length}";
                double largest = theirs[i].Max(Math.Abs), difference = 0;
                for (int k = 0; k < ours[i].Length; k++) difference = Math.Max(difference, Math.Abs(ours[i][k] - theirs[i][k]));
                if (!(difference <= Tolerance * (1 + largest))) return $"result {i} differs by {difference:g3} from {name}'s, whose largest is {largest:g3}";
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Contestant contestant in Contestants) contestant.Dispose();
        foreach (IDisposable thing in owned) thing.Dispose();
    }
}
