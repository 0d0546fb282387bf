using TorchSharp;
using WeightSharing.Layers;
using WeightSharing.Peers.Contestants;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Convolutions of images and sequences with a bias, padded so that a stride of one keeps the size.</summary>
internal static class ConvolutionWorks
{
    public static IEnumerable<Work> All =>
    [
        // 3×3, stride 1, from 16 channels on
        .. Image(32, 16, 28, 32, 3), .. Image(32, 64, 14, 64, 3), .. Image(8, 64, 56, 64, 3), .. Image(1, 64, 56, 64, 3), .. Image(8, 32, 28, 32, 3),
        // others
        .. Image(32, 1, 28, 8, 3), .. Image(32, 3, 32, 32, 5), .. Image(32, 64, 14, 128, 1), .. Image(32, 32, 28, 64, 3, stride: 2),
        .. Image(8, 32, 28, 32, 3, dilation: 2), .. Image(8, 64, 28, 64, 3, groups: 4), .. Sequence(32, 16, 1024, 32, 9),
    ];

    internal static IEnumerable<Work> Image(int batch, int inputs, int size, int outputs, int kernel, int stride = 1, int dilation = 1, int groups = 1)
    {
        int padding = dilation * (kernel - 1) / 2, outSize = (size - 1) / stride + 1;
        double operations = 2.0 * batch * outputs * outSize * outSize * (inputs / groups) * kernel * kernel;
        string kind = groups == inputs && groups > 1 ? "depthwise" : "conv2d";
        string name = $"{kind} {batch}x{inputs}x{size}x{size}->{outputs} {kernel}x{kernel}{Option("stride", stride)}{Option("dilation", dilation)}"
            + (kind == "conv2d" ? Option("groups", groups) : "");
        return Work.Both(name, operations, contest =>
        {
            // One input channel is an image: nobody asks for its gradient.
            bool ofInput = inputs > 1;
            var numbers = new Values(batch * inputs * size * size, outputs * (inputs / groups) * kernel * kernel, outputs);
            var layer = new Conv2d<float>(inputs, outputs, kernel, stride, padding, dilation, groups);
            Tensor<float> weight = layer.Weight.Parameter.With(numbers.W), bias = layer.Bias!.Parameter.With(numbers.B);
            Tensor<float> input = ofInput ? contest.Leaf(numbers.X, [batch, inputs, size, size]) : Tensor.From(numbers.X, [batch, inputs, size, size]);
            contest.Ours(() => layer.Forward(input), ofInput ? [weight, bias, input] : [weight, bias]);

            long[] xShape = [batch, inputs, size, size], wShape = [outputs, inputs / groups, kernel, kernel];
            torch.Tensor x = ofInput ? contest.TorchLeaf(numbers.X, xShape) : contest.Torch(numbers.X, xShape);
            torch.Tensor w = contest.TorchLeaf(numbers.W, wShape), b = contest.TorchLeaf(numbers.B, outputs);
            long[] strides = [stride, stride], paddings = [padding, padding], dilations = [dilation, dilation];
            contest.Libtorch(() => torch.nn.functional.conv2d(x, w, b, strides, paddings, dilations, groups), ofInput ? [w, b, x] : [w, b]);

            Ort(contest, numbers, xShape, wShape, [batch, outputs, outSize, outSize], strides, [.. paddings, .. paddings], dilations, groups);
        }, gradients: inputs > 1 ? 2 : 1);
    }

    private static IEnumerable<Work> Sequence(int batch, int inputs, int length, int outputs, int kernel)
    {
        int padding = (kernel - 1) / 2;
        return Work.Both($"conv1d {batch}x{inputs}x{length}->{outputs} {kernel}", 2.0 * batch * outputs * length * inputs * kernel, contest =>
        {
            var numbers = new Values(batch * inputs * length, outputs * inputs * kernel, outputs);
            var layer = new Conv1d<float>(inputs, outputs, kernel, padding: padding);
            Tensor<float> weight = layer.Weight.Parameter.With(numbers.W), bias = layer.Bias!.Parameter.With(numbers.B);
            Tensor<float> input = contest.Leaf(numbers.X, [batch, inputs, length]);
            contest.Ours(() => layer.Forward(input), weight, bias, input);

            long[] xShape = [batch, inputs, length], wShape = [outputs, inputs, kernel];
            torch.Tensor x = contest.TorchLeaf(numbers.X, xShape), w = contest.TorchLeaf(numbers.W, wShape), b = contest.TorchLeaf(numbers.B, outputs);
            contest.Libtorch(() => torch.nn.functional.conv1d(x, w, b, 1, padding), w, b, x);

            Ort(contest, numbers, xShape, wShape, [batch, outputs, length], [1], [padding, padding], [1], 1);
        });
    }

    private static void Ort(
        Contest contest, Values numbers, long[] x, long[] w, long[] y, long[] strides, long[] paddings, long[] dilations, long groups) =>
        contest.Ort(
            graph => graph.Apply(
                "Conv", [graph.Input(numbers.X, x), graph.Constant(numbers.W, w), graph.Constant(numbers.B, w[0])],
                ("kernel_shape", w[2..]), ("strides", strides), ("pads", paddings), ("dilations", dilations), ("group", groups)),
            y);

    private static string Option(string name, int value) => value == 1 ? "" : $" {name} {value}";

    private sealed class Values(int x, int w, int b)
    {
        public float[] X { get; } = Numbers.Uniform(x, 1);

        public float[] W { get; } = Numbers.Uniform(w, 2, (float)Math.Sqrt((double)b / w));

        public float[] B { get; } = Numbers.Uniform(b, 3);
    }
}
