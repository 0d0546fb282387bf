using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Across streams: one encoder for both against two.</summary>
public class Streams : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> left = Tensor.Normal<float>([64, 256], RandomKey.Of(1)), right = Tensor.Normal<float>([64, 256], RandomKey.Of(2));
        var separate = new PseudoSiameseNetwork<float>(Encoder(), Encoder());
        var shared = new SiameseNetwork<float>(Encoder());
        separate.Initialize(seed: 1);
        shared.Initialize(seed: 1);
        return (Contestant.Of(separate, () => separate.Forward(left, right)), Contestant.Of(shared, () => shared.Forward(left, right)));

        static Sequential<float> Encoder() => new(new Dense<float>(256, 128), new Relu<float>(), new Dense<float>(128, 32));
    }
}

/// <summary>Across hops: one transform and a scalar a hop against a transform of its own for every hop.</summary>
public class Hops : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        const int Nodes = 2708, Edges = 5278;
        RandomKey key = RandomKey.Of(1);
        Graph graph = Graph.FromEdges(Nodes, Enumerable.Range(0, Edges).Select(i => (key.Below(Nodes, (ulong)i * 2), key.Below(Nodes, (ulong)i * 2 + 1))).Where(edge => edge.Item1 != edge.Item2));
        Tensor<float> x = Tensor.Normal<float>([Nodes, 64], key);
        var shared = new MultiHopConvolution<float>(64, 64, hops: 10);
        var unshared = new PerHopConvolution<float>(64, 64, hops: 10);
        shared.Initialize(seed: 1);
        unshared.Initialize(seed: 1);
        return (Contestant.Of(unshared, () => unshared.Forward(x, graph)), Contestant.Of(shared, () => shared.Forward(x, graph)));
    }
}
