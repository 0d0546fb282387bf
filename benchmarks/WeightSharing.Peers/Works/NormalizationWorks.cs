using TorchSharp;
using WeightSharing.Layers;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Normalisation and softmax. Operations: one an element.</summary>
internal static class NormalizationWorks
{
    public static IEnumerable<Work> All =>
    [
        .. BatchNorm(32, 64, 14), .. BatchNorm(32, 16, 28), .. LayerNorm(1024, 512), .. Softmax(64, 10), .. Softmax(256, 1000), .. Softmax(256, 1000, logarithm: true),
    ];

    // Inference with running statistics, training with those of the batch.
    private static IEnumerable<Work> BatchNorm(int batch, int channels, int size)
    {
        int count = batch * channels * size * size;
        return Work.Both($"batch norm {batch}x{channels}x{size}x{size}", count, contest =>
        {
            float[] x = Numbers.Uniform(count, 1), w = Numbers.Uniform(channels, 2), b = Numbers.Uniform(channels, 3), mean = new float[channels], variance = new float[channels];
            Array.Fill(variance, 1);
            var layer = new BatchNorm2d<float>(channels);
            if (contest.Mode == Mode.Forward) layer.Evaluate();
            Tensor<float> weight = layer.Weight!.Parameter.With(w), bias = layer.Bias!.Parameter.With(b);
            Tensor<float> input = contest.Leaf(x, [batch, channels, size, size]);
            contest.Ours(() => layer.Forward(input), input, weight, bias);

            torch.Tensor torchX = contest.TorchLeaf(x, batch, channels, size, size), torchW = contest.TorchLeaf(w, channels), torchB = contest.TorchLeaf(b, channels);
            torch.Tensor torchMean = contest.Torch(mean, channels), torchVariance = contest.Torch(variance, channels);
            bool training = contest.Mode == Mode.Training;
            contest.Libtorch(
                () => torch.nn.functional.batch_norm(torchX, torchMean, torchVariance, torchW, torchB, training, 0.1, 1e-5), torchX, torchW, torchB);

            contest.Ort(
                graph => graph.Apply(
                    "BatchNormalization",
                    [
                        graph.Input(x, batch, channels, size, size), graph.Constant(w, channels), graph.Constant(b, channels), graph.Constant(mean, channels),
                        graph.Constant(variance, channels),
                    ],
                    ("epsilon", 1e-5f)),
                batch, channels, size, size);
        }, gradients: 1);
    }

    private static IEnumerable<Work> LayerNorm(int rows, int columns) => Work.Both($"layer norm {rows}x{columns}", rows * columns, contest =>
    {
        float[] x = Numbers.Uniform(rows * columns, 1), w = Numbers.Uniform(columns, 2), b = Numbers.Uniform(columns, 3);
        var layer = new LayerNorm<float>(columns);
        Tensor<float> weight = layer.Weight!.Parameter.With(w), bias = layer.Bias!.Parameter.With(b), input = contest.Leaf(x, [rows, columns]);
        contest.Ours(() => layer.Forward(input), input, weight, bias);

        torch.Tensor torchX = contest.TorchLeaf(x, rows, columns), torchW = contest.TorchLeaf(w, columns), torchB = contest.TorchLeaf(b, columns);
        long[] shape = [columns];
        contest.Libtorch(() => torch.nn.functional.layer_norm(torchX, shape, torchW, torchB, 1e-5), torchX, torchW, torchB);

        contest.Ort(
            graph => graph.Apply(
                "LayerNormalization", [graph.Input(x, rows, columns), graph.Constant(w, columns), graph.Constant(b, columns)], ("axis", -1L), ("epsilon", 1e-5f)),
            rows, columns);
    }, gradients: 1);

    private static IEnumerable<Work> Softmax(int rows, int columns, bool logarithm = false) =>
        Work.Both($"{(logarithm ? "log softmax" : "softmax")} {rows}x{columns}", rows * columns, contest =>
        {
            float[] x = Numbers.Uniform(rows * columns, 1, 4);
            Tensor<float> input = contest.Leaf(x, [rows, columns]);
            contest.Ours(logarithm ? () => input.LogSoftmax(-1) : () => input.Softmax(-1), input);

            torch.Tensor torchX = contest.TorchLeaf(x, rows, columns);
            contest.Libtorch(logarithm ? () => torch.nn.functional.log_softmax(torchX, -1) : () => torch.nn.functional.softmax(torchX, -1), torchX);

            contest.Ort(graph => graph.Apply(logarithm ? "LogSoftmax" : "Softmax", [graph.Input(x, rows, columns)], ("axis", -1L)), rows, columns);
        }, gradients: 1);
}
