using TorchSharp;
using WeightSharing.Layers;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Pooling of images. Operations: one an element read.</summary>
internal static class PoolingWorks
{
    public static IEnumerable<Work> All =>
    [
        .. Pool("max pool", 32, 16, 28, 2, 2, 0), .. Pool("max pool", 8, 64, 56, 3, 2, 1), .. Pool("average pool", 32, 16, 28, 2, 2, 0),
        .. Pool("average pool", 8, 64, 56, 3, 2, 1),
    ];

    private static IEnumerable<Work> Pool(string kind, int batch, int channels, int size, int kernel, int stride, int padding)
    {
        int count = batch * channels * size * size, outSize = (size + 2 * padding - kernel) / stride + 1;
        bool max = kind == "max pool";
        return Work.Both($"{kind} {batch}x{channels}x{size}x{size} {kernel}x{kernel} stride {stride}", count, contest =>
        {
            float[] x = Numbers.Uniform(count, 1);
            Tensor<float> input = contest.Leaf(x, [batch, channels, size, size]);
            Layer<float> layer = max ? new MaxPool2d<float>(kernel, stride, padding) : new AveragePool2d<float>(kernel, stride, padding);
            contest.Ours(() => layer.Forward(input), input);

            torch.Tensor torchX = contest.TorchLeaf(x, batch, channels, size, size);
            long[] kernels = [kernel, kernel], strides = [stride, stride], paddings = [padding, padding];
            contest.Libtorch(
                max
                    ? () => torch.nn.functional.max_pool2d(torchX, kernels, strides, paddings)
                    : () => torch.nn.functional.avg_pool2d(torchX, kernels, strides, paddings),
                torchX);

            (string, object)[] attributes = [("kernel_shape", kernels), ("strides", strides), ("pads", new long[] { padding, padding, padding, padding })];
            contest.Ort(
                graph => graph.Apply(
                    max ? "MaxPool" : "AveragePool", [graph.Input(x, batch, channels, size, size)], max ? attributes : [.. attributes, ("count_include_pad", 1L)]),
                batch, channels, outSize, outSize);
        }, gradients: 1);
    }
}
