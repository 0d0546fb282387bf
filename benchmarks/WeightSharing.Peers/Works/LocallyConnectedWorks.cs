using TorchSharp;
using WeightSharing.Layers;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>
/// Layers with weights of their own at every position. libtorch has none: its part is unfold and one product a position, the fastest there;
/// ONNX has no such operator.
/// </summary>
internal static class LocallyConnectedWorks
{
    public static IEnumerable<Work> All => [.. Layer(32, 8, 28, 16, 3), .. Layer(32, 1, 28, 8, 3)];

    private static IEnumerable<Work> Layer(int batch, int inputs, int size, int outputs, int kernel)
    {
        int padding = (kernel - 1) / 2, places = size * size, taps = inputs * kernel * kernel;
        return Work.Both($"locally connected {batch}x{inputs}x{size}x{size}->{outputs} {kernel}x{kernel}", 2.0 * batch * places * outputs * taps, contest =>
        {
            float[] x = Numbers.Uniform(batch * inputs * places, 1), b = Numbers.Uniform(outputs * places, 3);
            var layer = new LocallyConnected2d<float>(inputs, outputs, size, kernel, padding: padding);
            float[] w = Numbers.Uniform(layer.Weight.Parameter.Count, 2, 0.1f);
            Tensor<float> weight = layer.Weight.Parameter.With(w), bias = layer.Bias!.Parameter.With(b);
            Tensor<float> input = contest.Leaf(x, [batch, inputs, size, size]);
            contest.Ours(() => layer.Forward(input), input, weight, bias);

            // Both keep the weights as [place, out, tap], which libtorch's batched product takes as a transposed operand.
            torch.Tensor torchX = contest.TorchLeaf(x, batch, inputs, size, size), torchB = contest.TorchLeaf(b, places, outputs);
            torch.Tensor torchW = contest.TorchLeaf(w, [.. layer.Weight.Shape.ToArray().Select(extent => (long)extent)]);
            contest.Libtorch(
                () =>
                {
                    using torch.Tensor columns = torch.nn.functional.unfold(torchX, kernel, 1, padding, 1);     // [N, taps, places]
                    using torch.Tensor byPlace = columns.permute(2, 0, 1);                                      // [places, N, taps]
                    using torch.Tensor transposed = torchW.transpose(1, 2);
                    using torch.Tensor biases = torchB.unsqueeze(1);
                    using torch.Tensor products = torch.bmm(byPlace, transposed);                               // [places, N, out]
                    using torch.Tensor biased = products.add_(biases);
                    using torch.Tensor maps = biased.permute(1, 2, 0);
                    return maps.reshape(batch, outputs, size, size);
                },
                torchX, torchW, torchB);
        });
    }
}
