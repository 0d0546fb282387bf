using TorchSharp;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Losses. Operations: one an element.</summary>
internal static class LossWorks
{
    public static IEnumerable<Work> All => [.. CrossEntropy(64, 10), .. CrossEntropy(256, 1000), .. MeanSquaredError(256, 1000)];

    private static IEnumerable<Work> CrossEntropy(int rows, int classes) => Work.Both($"cross-entropy {rows}x{classes}", rows * classes, contest =>
    {
        float[] x = Numbers.Uniform(rows * classes, 1, 4);
        int[] labels = Numbers.Labels(rows, classes, 2);
        Tensor<float> logits = contest.Leaf(x, [rows, classes]);
        Tensor<int> classOf = Tensor.From(labels, rows);
        contest.Ours(() => Loss.CrossEntropy(logits, classOf), logits);

        torch.Tensor torchX = contest.TorchLeaf(x, rows, classes);
        torch.Tensor torchLabels = contest.Own(torch.tensor(labels.Select(label => (long)label).ToArray()));
        contest.Libtorch(() => torch.nn.functional.cross_entropy(torchX, torchLabels), torchX);
    }, gradients: 1);

    private static IEnumerable<Work> MeanSquaredError(int rows, int columns) => Work.Both($"mean squared error {rows}x{columns}", rows * columns, contest =>
    {
        float[] x = Numbers.Uniform(rows * columns, 1), t = Numbers.Uniform(rows * columns, 2);
        Tensor<float> input = contest.Leaf(x, [rows, columns]), target = Tensor.From(t, [rows, columns]);
        contest.Ours(() => Loss.MeanSquaredError(input, target), input);

        torch.Tensor torchX = contest.TorchLeaf(x, rows, columns), torchT = contest.Torch(t, rows, columns);
        contest.Libtorch(() => torch.nn.functional.mse_loss(torchX, torchT), torchX);
    }, gradients: 1);
}
