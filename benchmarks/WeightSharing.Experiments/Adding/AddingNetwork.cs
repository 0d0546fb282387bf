using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Adding;

/// <summary>A recurrent net that reads a sequence, and a linear readout of its last state.</summary>
internal sealed class AddingNetwork : Module<float>
{
    /// <summary>Units of the recurrent net.</summary>
    public const int Hidden = 64;

    /// <summary>Sequences in a batch.</summary>
    public const int Batch = 50;

    private const double LearningRate = 5e-3, GradientBound = 1;
    private readonly Func<Tensor<float>, Tensor<float>> outputs;

    private AddingNetwork(RecurrentNet<float> net, Func<Tensor<float>, Tensor<float>> outputs, RandomKey key)
    {
        Recurrent = Register("recurrent", net);
        Readout = Register("readout", new Dense<float>(Hidden, 1));
        this.outputs = outputs;
        Initialize((long)key.Value);
    }

    /// <summary>The recurrent part.</summary>
    public RecurrentNet<float> Recurrent { get; }

    /// <summary>From the last state to the answer.</summary>
    public Dense<float> Readout { get; }

    /// <summary>A long short-term memory whose forget gates begin open (Gers et al. 2000).</summary>
    public static AddingNetwork Lstm(RandomKey key)
    {
        var net = new Lstm<float>(2, Hidden);
        var network = new AddingNetwork(net, x => net.Forward(x).Output, key);
        Tensor<float> bias = net.InputBiases[0].Value.Copy();
        bias[Hidden..(2 * Hidden)].Fill(1);
        net.InputBiases[0].Parameter.Set(bias);
        return network;
    }

    /// <summary>A gated recurrent unit.</summary>
    public static AddingNetwork Gru(RandomKey key)
    {
        var net = new Gru<float>(2, Hidden);
        return new AddingNetwork(net, x => net.Forward(x).Output, key);
    }

    /// <summary>A simple recurrent net.</summary>
    public static AddingNetwork Rnn(RandomKey key)
    {
        var net = new Rnn<float>(2, Hidden);
        return new AddingNetwork(net, x => net.Forward(x).Output, key);
    }

    /// <summary>A simple net whose steps have weights of their own.</summary>
    public static AddingNetwork Unshared(int steps, RandomKey key)
    {
        var net = new UnsharedRnn<float>(2, Hidden, steps);
        return new AddingNetwork(net, x => net.Forward(x).Output, key);
    }

    /// <summary>The answers, [N, 1].</summary>
    public Tensor<float> Forward(Tensor<float> x) => Readout.Forward(outputs(x).Select(0, -1));

    /// <summary>Mean squared error of the answers.</summary>
    public double Error(AddingProblem problem)
    {
        using NoGrad inference = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        return Loss.MeanSquaredError(Forward(problem.Inputs), problem.Targets).Item();
    }

    /// <summary>Trains on batches of new sequences, all nets on the same; the learning rate falls to nothing.</summary>
    public void Train(int steps, int batches, RandomKey key, CancellationToken cancellation, Action<int>? afterBatch = null)
    {
        using UsageLedgerScope silent = UsageLedger.Off();
        var optimizer = new Adam<float>(Parameters, LearningRate);
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            AddingProblem problem = AddingProblem.Draw(steps, Batch, key.Fork(i));
            optimizer.LearningRate = LearningRate * 0.5 * (1 + Math.Cos(Math.PI * i / batches));
            optimizer.ZeroGradient();
            Loss.MeanSquaredError(Forward(problem.Inputs), problem.Targets).Backward();
            Parameters.ClipGradientNorm(GradientBound);
            optimizer.Step();
            afterBatch?.Invoke(i + 1);
        }
    }

    /// <summary>Norm of each step's part of the recurrent weight's gradient, and its cosine to their sum.</summary>
    public (double[] Norms, double[] Cosines) GradientByStep(AddingProblem problem)
    {
        Parameter<float> weight = Recurrent.RecurrentWeights[0].Parameter;
        Parameters.ZeroGradient();
        using (UsageLedger.TrackContributions()) Loss.MeanSquaredError(Forward(problem.Inputs), problem.Targets).Backward();
        IReadOnlyList<UsageContribution<float>> steps = weight.Ledger.Contributions();
        (double[], double[]) result = ([.. steps.Select(step => step.Norm)], [.. steps.Select(step => step.CosineToSum)]);
        Parameters.ZeroGradient();
        return result;
    }
}
