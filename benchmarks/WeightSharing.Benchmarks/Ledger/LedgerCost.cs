using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Benchmarks.Ledger;

/// <summary>
/// What the ledger costs: a training step of several networks with nothing noted, with uses counted (as by default), and with each use's part of the gradient kept; and one
/// use by itself. The three run in turn, and medians are compared.
/// </summary>
internal static class LedgerCost
{
    private const int Uses = 1000, Rounds = 11;

    /// <summary>Prints one use, then a line a network.</summary>
    public static void Run()
    {
        OneUse();
        Console.WriteLine();
        Console.WriteLine($"{"a training step",-44}{"uses",8}{"off ms",10}{"counted",10}{"tracked",10}{"parts",8}");
        Compare("conv net: 3×3 1→8→32, 14², batch 32", ConvNet(14, 32));
        Compare("conv net: 3×3 1→16→32→32, 28², batch 64", WideConvNet());
        Compare("dense net: 784→128→64→10, batch 64", DenseNet(784, 64));
        Compare("dense net: 64→32→10, batch 16", DenseNet(64, 16));
        Compare("tied autoencoder: 784→64→784, batch 64", Autoencoder());
        Compare("GRU: 64 units, 100 steps, batch 50", Recurrent(new Gru<float>(2, 64), 100, 50));
        Compare("LSTM: 128 units, 64 steps, batch 32", Recurrent(new Lstm<float>(32, 128), 64, 32));
        Compare("RNN: 32 units, 30 steps, batch 16", Recurrent(new Rnn<float>(8, 32), 30, 16));
        Compare("repeated layer: 64 units, 20 times, batch 32", Repeated());
        Compare("p4m lift and conv: 4 channels, 12², batch 32", Groups());
        Compare("multi-hop: 10 hops, 1000 nodes, 64→7", Hops());
    }

    private static void OneUse()
    {
        var parameter = new Parameter<float>([8], Initializer.Ones, new Fan(1, 1));
        parameter.Initialize(RandomKey.Of(1));
        Weight<float> weight = parameter;
        double[] medians = Timing.Medians(
        [
            () =>
            {
                using var off = UsageLedger.Off();
                for (int i = 0; i < Uses; i++) weight.Use();
            },
            () =>
            {
                for (int i = 0; i < Uses; i++) weight.Use();
            },
            () =>
            {
                for (int i = 0; i < Uses; i++) weight.Use(Site.Step(i & 63));
            },
        ]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Uses; i++) weight.Use();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Console.WriteLine($"one use: {medians[0] / Uses:0.0} ns with nothing noted, {medians[1] / Uses:0.0} ns counted, {medians[2] / Uses:0.0} ns counted at one of 64 sites; {bytes / Uses} bytes");
    }

    private static void Compare(string name, (ParameterSet<float> Parameters, Func<Tensor<float>> Loss) net)
    {
        var optimizer = new Adam<float>(net.Parameters, learningRate: 1e-4);
        Action off = () =>
        {
            using var silent = UsageLedger.Off();
            Step();
        }, tracked = () =>
        {
            using var tracking = UsageLedger.TrackContributions();
            Step();
        };
        // Long batches: what tracking leaves in the caches must not weigh on the work after it.
        double[] medians = Timing.Medians([off, Step, tracked], Rounds, batchMicroseconds: 40_000);
        long before = Noted(net.Parameters);
        Step();
        long uses = Noted(net.Parameters) - before;
        tracked();
        int parts = net.Parameters.Sum(parameter => parameter.Ledger.Contributions().Count);
        Console.WriteLine(
            $"{name,-44}{uses,8}{medians[0] / 1e6,10:0.000}{medians[1] / medians[0],10:0.000}{medians[2] / medians[0],10:0.000}{parts,8}");

        void Step()
        {
            using var scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            net.Loss().Backward();
            optimizer.Step();
        }
    }

    private static long Noted(ParameterSet<float> parameters) => parameters.SelectMany(parameter => parameter.Ledger.Usages).Sum(usage => usage.Count);

    private static (ParameterSet<float>, Func<Tensor<float>>) Classifier(Sequential<float> network, Shape input, int classes)
    {
        network.Initialize(seed: 1);
        Tensor<float> x = Tensor.Normal<float>(input, RandomKey.Of(1));
        Tensor<int> labels = Tensor.From([.. Enumerable.Range(0, input[0]).Select(i => i % classes)], [input[0]]);
        return (network.Parameters, () => Loss.CrossEntropy(network.Forward(x), labels));
    }

    private static (ParameterSet<float>, Func<Tensor<float>>) ConvNet(int size, int batch) => Classifier(
        new Sequential<float>(
            new Conv2d<float>(1, 8, 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2), new Conv2d<float>(8, 32, 3, padding: 1), new Relu<float>(), new GlobalMaxPool<float>(),
            new Dense<float>(32, 10)),
        [batch, 1, size, size], 10);

    private static (ParameterSet<float>, Func<Tensor<float>>) WideConvNet() => Classifier(
        new Sequential<float>(
            new Conv2d<float>(1, 16, 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2), new Conv2d<float>(16, 32, 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
            new Conv2d<float>(32, 32, 3, padding: 1), new Relu<float>(), new Flatten<float>(), new Dense<float>(32 * 49, 10)),
        [64, 1, 28, 28], 10);

    private static (ParameterSet<float>, Func<Tensor<float>>) DenseNet(int inputs, int batch) => Classifier(
        inputs > 100
            ? new Sequential<float>(new Dense<float>(inputs, 128), new Relu<float>(), new Dense<float>(128, 64), new Relu<float>(), new Dense<float>(64, 10))
            : new Sequential<float>(new Dense<float>(inputs, 32), new Relu<float>(), new Dense<float>(32, 10)),
        [batch, inputs], 10);

    private static (ParameterSet<float>, Func<Tensor<float>>) Autoencoder()
    {
        var encoder = new Dense<float>(784, 64);
        var network = new Sequential<float>(encoder, new Tanh<float>(), new Dense<float>(64, 784, weight: encoder.Weight.Transposed()));
        network.Initialize(seed: 1);
        Tensor<float> x = Tensor.Normal<float>([64, 784], RandomKey.Of(1));
        return (network.Parameters, () => Loss.MeanSquaredError(network.Forward(x), x));
    }

    private static (ParameterSet<float>, Func<Tensor<float>>) Recurrent(RecurrentNet<float> net, int steps, int batch)
    {
        net.Initialize(seed: 1);
        Tensor<float> x = Tensor.Normal<float>([steps, batch, net.RecurrentWeights.Count == 0 ? 1 : net.InputWeights[0].Shape[1]], RandomKey.Of(1));
        Func<Tensor<float>> output = net switch
        {
            Gru<float> gru => () => gru.Forward(x).Output,
            Lstm<float> lstm => () => lstm.Forward(x).Output,
            Rnn<float> rnn => () => rnn.Forward(x).Output,
            _ => throw new ArgumentException($"{net.GetType().Name} is not measured.", nameof(net)),
        };
        Func<Tensor<float>> loss = () =>
        {
            Tensor<float> last = output().Select(0, -1);
            return (last * last).Mean();
        };
        return (net.Parameters, loss);
    }

    private static (ParameterSet<float>, Func<Tensor<float>>) Repeated()
    {
        var block = new Sequential<float>(new LayerNorm<float>(64), new Dense<float>(64, 64), new Tanh<float>());
        return Classifier(new Sequential<float>(new Repeated<float>(block, 20, residual: true, 0.2), new Dense<float>(64, 10)), [32, 64], 10);
    }

    private static (ParameterSet<float>, Func<Tensor<float>>) Groups() => Classifier(
        new Sequential<float>(
            new GroupLift2d<float>(PlanarGroup.P4M, 1, 4, 3), new Relu<float>(), new GroupConv2d<float>(PlanarGroup.P4M, 4, 4, 3), new Relu<float>(),
            new GroupConv2d<float>(PlanarGroup.P4M, 4, 10, 3), new GroupMaxPool<float>(), new GlobalMaxPool<float>()),
        [32, 1, 12, 12], 10);

    private static (ParameterSet<float>, Func<Tensor<float>>) Hops()
    {
        const int Nodes = 1000;
        var random = new Random(1);
        int[] from = [.. Enumerable.Range(0, 4 * Nodes).Select(_ => random.Next(Nodes))], to = [.. Enumerable.Range(0, 4 * Nodes).Select(_ => random.Next(Nodes))];
        Graph graph = Graph.FromEdges(Nodes, from, to);
        var layer = new MultiHopConvolution<float>(64, 7, 10, HopInitializer.Ppr());
        layer.Initialize(seed: 1);
        Tensor<float> x = Tensor.Normal<float>([Nodes, 64], RandomKey.Of(1));
        Tensor<int> labels = Tensor.From([.. Enumerable.Range(0, Nodes).Select(i => i % 7)], [Nodes]);
        return (layer.Parameters, () => Loss.CrossEntropy(layer.Forward(x, graph), labels));
    }
}
