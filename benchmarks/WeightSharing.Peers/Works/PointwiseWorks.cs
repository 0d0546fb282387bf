using TorchSharp;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Functions of single elements, at a size of the first cache and at one of the last. Operations: one an element.</summary>
internal static class PointwiseWorks
{
    public static IEnumerable<Work> All =>
    [
        .. new[] { 4096, 1 << 20 }.SelectMany(count => (IEnumerable<Work>)
        [
            .. Function("relu", "Relu", count, x => x.Relu(), x => torch.nn.functional.relu(x)),
            .. Function("exp", "Exp", count, x => x.Exp(), torch.exp),
            .. Function("log", "Log", count, x => x.Log(), torch.log, shift: 4.5f),
            .. Function("tanh", "Tanh", count, x => x.Tanh(), torch.tanh),
            .. Function("sigmoid", "Sigmoid", count, x => x.Sigmoid(), torch.sigmoid),
            .. Function("erf", "Erf", count, x => x.Erf(), torch.erf),
            .. Function("gelu", "Gelu", count, x => x.Gelu(), x => torch.nn.functional.gelu(x)),
            .. Function("softplus", "Softplus", count, x => x.Softplus(), x => torch.nn.functional.softplus(x, 1, 20)),
            .. Add(count),
        ]),
    ];

    private static IEnumerable<Work> Function(
        string name, string node, int count, Func<Tensor<float>, Tensor<float>> ours, Func<torch.Tensor, torch.Tensor> libtorch, float shift = 0) =>
        Work.Both($"{name} {count}", count, contest =>
        {
            float[] x = [.. Numbers.Uniform(count, 1, 4).Select(value => value + shift)];
            Tensor<float> input = contest.Leaf(x, count);
            contest.Ours(() => ours(input), input);

            torch.Tensor torchX = contest.TorchLeaf(x, count);
            contest.Libtorch(() => libtorch(torchX), torchX);
            contest.Ort(graph => graph.Apply(node, [graph.Input(x, count)]), count);
        }, gradients: 1);

    private static IEnumerable<Work> Add(int count) => Work.Both($"add {count}", count, contest =>
    {
        float[] a = Numbers.Uniform(count, 1), b = Numbers.Uniform(count, 2);
        Tensor<float> left = contest.Leaf(a, count), right = contest.Leaf(b, count);
        contest.Ours(() => left + right, left, right);

        torch.Tensor torchA = contest.TorchLeaf(a, count), torchB = contest.TorchLeaf(b, count);
        contest.Libtorch(() => torchA + torchB, torchA, torchB);
        contest.Ort(graph => graph.Apply("Add", [graph.Input(a, count), graph.Input(b, count)]), count);
    }, gradients: 1);
}
