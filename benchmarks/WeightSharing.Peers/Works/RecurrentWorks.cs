using TorchSharp;
using TorchSharp.Modules;
using WeightSharing.Layers;
using WeightSharing.Peers.Contestants;
using WeightSharing.Peers.Running;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Recurrent nets over 64 steps, also with batches that fill no vector.</summary>
internal static class RecurrentWorks
{
    private const int Steps = 64, Inputs = 64, Hidden = 128;

    public static IEnumerable<Work> All => [.. Nets(32), .. Nets(20), .. Nets(1)];

    private static IEnumerable<Work> Nets(int batch) =>
        [.. Recurrent("tanh RNN", 1, batch, Rnn), .. Recurrent("GRU", 3, batch, Gru), .. Recurrent("LSTM", 4, batch, Lstm)];

    private sealed record Pair(
        RecurrentNet<float> Net, Func<Tensor<float>, Tensor<float>> Ours, torch.nn.Module Peer, Func<torch.Tensor, torch.Tensor> Libtorch);

    private static IEnumerable<Work> Recurrent(string name, int gates, int batch, Func<Contest, Pair> make) =>
        Work.Both($"{name} N{batch} T{Steps} {Inputs}->{Hidden}", 2.0 * Steps * batch * gates * Hidden * (Inputs + Hidden), contest =>
        {
            (RecurrentNet<float> net, Func<Tensor<float>, Tensor<float>> ours, torch.nn.Module peer, Func<torch.Tensor, torch.Tensor> libtorch) = make(contest);
            float[] x = Numbers.Uniform(Steps * batch * Inputs, 1);
            Tensor<float> input = contest.Leaf(x, [Steps, batch, Inputs]);
            torch.Tensor torchX = contest.TorchLeaf(x, Steps, batch, Inputs);
            Dictionary<string, TorchSharp.Modules.Parameter> peers = peer.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
            var leaves = new List<Tensor<float>> { input };
            var torchLeaves = new List<torch.Tensor> { torchX };
            int seed = 2;
            foreach ((string parameter, Weight<float> weight) in net.Parameters.Named)
            {
                float[] values = Numbers.Uniform(weight.Shape.Count, seed++, 0.08f);
                leaves.Add(weight.Parameter.With(values));
                using torch.Tensor source = torch.tensor(values, [.. Enumerable.Range(0, weight.Shape.Rank).Select(i => (long)weight.Shape[i])]);
                using (torch.no_grad()) peers[parameter].copy_(source);
                torchLeaves.Add(peers[parameter]);
            }

            contest.Ours(() => ours(input), [.. leaves]);
            contest.Libtorch(() => libtorch(torchX), [.. torchLeaves]);
        });

    private static Pair Rnn(Contest contest)
    {
        var ours = new Rnn<float>(Inputs, Hidden);
        RNN theirs = contest.Own(torch.nn.RNN(Inputs, Hidden));
        return new Pair(ours, x => ours.Forward(x).Output, theirs, x => First(theirs.forward(x, null)));
    }

    private static Pair Gru(Contest contest)
    {
        var ours = new Gru<float>(Inputs, Hidden);
        GRU theirs = contest.Own(torch.nn.GRU(Inputs, Hidden));
        return new Pair(ours, x => ours.Forward(x).Output, theirs, x => First(theirs.forward(x, null)));
    }

    private static Pair Lstm(Contest contest)
    {
        var ours = new Lstm<float>(Inputs, Hidden);
        LSTM theirs = contest.Own(torch.nn.LSTM(Inputs, Hidden));
        return new Pair(ours, x => ours.Forward(x).Output, theirs, x =>
        {
            (torch.Tensor y, torch.Tensor h, torch.Tensor c) = theirs.forward(x, null);
            h.Dispose();
            c.Dispose();
            return y;
        });
    }

    private static torch.Tensor First((torch.Tensor Output, torch.Tensor State) both)
    {
        both.State.Dispose();
        return both.Output;
    }
}
