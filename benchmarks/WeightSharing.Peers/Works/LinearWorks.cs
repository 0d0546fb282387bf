using TorchSharp;
using WeightSharing.Layers;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Fully connected layers with a bias.</summary>
internal static class LinearWorks
{
    public static IEnumerable<Work> All => [.. Linear(32, 784, 512), .. Linear(256, 784, 512)];

    private static IEnumerable<Work> Linear(int batch, int inputs, int outputs) =>
        Work.Both($"linear {batch}x{inputs}->{outputs}", 2.0 * batch * inputs * outputs, contest =>
        {
            float[] x = Numbers.Uniform(batch * inputs, 1), w = Numbers.Uniform(outputs * inputs, 2, 0.05f), b = Numbers.Uniform(outputs, 3);
            var layer = new Dense<float>(inputs, outputs);
            Tensor<float> weight = layer.Weight.Parameter.With(w), bias = layer.Bias!.Parameter.With(b), input = contest.Leaf(x, [batch, inputs]);
            contest.Ours(() => layer.Forward(input), input, weight, bias);

            torch.Tensor torchX = contest.TorchLeaf(x, batch, inputs), torchW = contest.TorchLeaf(w, outputs, inputs), torchB = contest.TorchLeaf(b, outputs);
            contest.Libtorch(() => torch.nn.functional.linear(torchX, torchW, torchB), torchX, torchW, torchB);

            contest.Ort(
                graph => graph.Apply("Gemm", [graph.Input(x, batch, inputs), graph.Constant(w, outputs, inputs), graph.Constant(b, outputs)], ("transB", 1L)),
                batch, outputs);
        });
}
