using TorchSharp;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Matrix products: square, skinny, and with transposed operands. The right operand is a constant for ONNX Runtime.</summary>
internal static class GemmWorks
{
    public static IEnumerable<Work> All =>
    [
        Gemm(64, 64, 64), Gemm(128, 128, 128), Gemm(256, 256, 256), Gemm(512, 512, 512), Gemm(1024, 1024, 1024),
        Gemm(32, 784, 512), Gemm(256, 784, 512), Gemm(8, 4096, 16),
        Gemm(256, 256, 256, transposeA: true), Gemm(256, 256, 256, transposeB: true), Gemm(512, 512, 512, transposeA: true), Gemm(512, 512, 512, transposeB: true),
    ];

    // [m, k] · [k, n], either stored the other way round and used as a transposed view.
    private static Work Gemm(int m, int k, int n, bool transposeA = false, bool transposeB = false)
    {
        string name = $"gemm {m}x{k}x{n}{(transposeA ? " left transposed" : "")}{(transposeB ? " right transposed" : "")}";
        return new Work(name, Mode.Forward, 2.0 * m * k * n, contest =>
        {
            float[] a = Numbers.Uniform(m * k, 1), b = Numbers.Uniform(k * n, 2);
            Shape aShape = transposeA ? [k, m] : [m, k], bShape = transposeB ? [n, k] : [k, n];
            Tensor<float> left = Tensor.From(a, aShape), right = Tensor.From(b, bShape);
            if (transposeA) left = left.Transpose();
            if (transposeB) right = right.Transpose();
            contest.Ours(() => left.MatMul(right));

            long[] aSizes = [aShape[0], aShape[1]], bSizes = [bShape[0], bShape[1]];
            torch.Tensor torchA = contest.Torch(a, aSizes), torchB = contest.Torch(b, bSizes);
            if (transposeA) torchA = contest.Own(torchA.t());
            if (transposeB) torchB = contest.Own(torchB.t());
            contest.Libtorch(() => torchA.mm(torchB));

            contest.Ort(
                graph => graph.Apply(
                    "Gemm", [graph.Input(a, aSizes), graph.Constant(b, bSizes)], ("transA", transposeA ? 1L : 0L), ("transB", transposeB ? 1L : 0L)),
                m, n);
        });
    }
}
