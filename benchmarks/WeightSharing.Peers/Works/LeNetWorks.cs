using TorchSharp;
using TorchSharp.Modules;
using WeightSharing.Layers;
using WeightSharing.Peers.Contestants;
using WeightSharing.Peers.Onnx;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;
using WeightSharing.Training;
using static TorchSharp.torch.nn;

namespace WeightSharing.Peers.Works;

/// <summary>A small network of the LeNet kind: conv 1→8, ReLU, pool, conv 8→16, ReLU, pool, 784→10; inference, and steps with Adam.</summary>
internal static class LeNetWorks
{
    private const int Size = 28, Classes = 10;

    public static IEnumerable<Work> All => [Inference(64), Inference(1), Training(64), Training(1)];

    private static double Operations(int batch) => 2.0 * batch * (8 * 9 * 784 + 16 * 8 * 9 * 196 + 784 * 10);

    private static Work Inference(int batch) => new($"lenet batch {batch}", Mode.Forward, Operations(batch), contest =>
    {
        Sequential<float> model = Model();
        float[] x = Numbers.Uniform(batch * Size * Size, 1);
        Tensor<float> images = Tensor.From(x, [batch, 1, Size, Size]);
        contest.Ours(() => model.Forward(images));

        torch.Tensor torchX = contest.Torch(x, batch, 1, Size, Size);
        TorchNet net = contest.Own(new TorchNet(model));
        contest.Libtorch(() => net.Forward(torchX));
        contest.Ort(graph => Graph(graph, model, x, batch), batch, Classes);
    });

    // Gradients of the first layer's input are not asked for.
    private static Work Training(int batch) => new($"lenet batch {batch} adam", Mode.Step, 3 * Operations(batch) - 2.0 * batch * 8 * 9 * 784, contest =>
    {
        Sequential<float> model = Model();
        float[] x = Numbers.Uniform(batch * Size * Size, 1);
        int[] labels = Numbers.Labels(batch, Classes, 2);
        TorchNet net = contest.Own(new TorchNet(model));
        EnterOurs(contest, model, Tensor.From(x, [batch, 1, Size, Size]), Tensor.From(labels, batch));

        torch.Tensor torchX = contest.Torch(x, batch, 1, Size, Size);
        torch.Tensor torchLabels = contest.Own(torch.tensor(labels.Select(label => (long)label).ToArray()));
        torch.optim.Optimizer optimizer = contest.Own<torch.optim.Optimizer>(torch.optim.Adam(net.Parameters));
        contest.LibtorchStep(
            () =>
            {
                optimizer.zero_grad();
                using torch.Tensor logits = net.Forward(torchX);
                using torch.Tensor loss = functional.cross_entropy(logits, torchLabels);
                loss.backward();
                optimizer.step();
            },
            net.Parameters);
    });

    private static void EnterOurs(Contest contest, Sequential<float> model, Tensor<float> images, Tensor<int> labels)
    {
        var optimizer = new Adam<float>(model.Parameters);
        contest.OurStep(
            () =>
            {
                optimizer.ZeroGradient();
                Tensor<float> loss = Loss.CrossEntropy(model.Forward(images), labels);
                loss.Backward();
                optimizer.Step();
            },
            [.. model.Parameters.Select(parameter => parameter.Value)]);
    }

    private static Sequential<float> Model()
    {
        var model = new Sequential<float>(
            new Conv2d<float>(1, 8, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
            new Conv2d<float>(8, 16, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
            new Flatten<float>(), new Dense<float>(16 * 7 * 7, Classes));
        model.Initialize(seed: 1);
        return model;
    }

    private static string Graph(OnnxGraph graph, Sequential<float> model, float[] x, int batch)
    {
        string[] weights = [.. model.Parameters.Select(parameter =>
            graph.Constant(parameter.Value.ToArray(), [.. parameter.Shape.ToArray().Select(extent => (long)extent)]))];
        string y = graph.Input(x, batch, 1, Size, Size);
        for (int layer = 0; layer < 2; layer++)
        {
            y = graph.Apply("Conv", [y, weights[2 * layer], weights[2 * layer + 1]], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }));
            y = graph.Apply("Relu", [y]);
            y = graph.Apply("MaxPool", [y], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        }

        y = graph.Apply("Flatten", [y], ("axis", 1L));
        return graph.Apply("Gemm", [y, weights[4], weights[5]], ("transB", 1L));
    }

    /// <summary>The same network in libtorch, from the functions it is made of; ReLU in place.</summary>
    private sealed class TorchNet : IDisposable
    {
        private static readonly long[] One = [1, 1];

        public TorchNet(Sequential<float> model) =>
            Parameters = [.. model.Parameters.Select(parameter => new Parameter(
                torch.tensor(parameter.Value.ToArray(), [.. parameter.Shape.ToArray().Select(extent => (long)extent)])))];

        public Parameter[] Parameters { get; }

        public torch.Tensor Forward(torch.Tensor x)
        {
            using torch.Tensor a = functional.conv2d(x, Parameters[0], Parameters[1], padding: One);
            using torch.Tensor b = a.relu_();
            using torch.Tensor c = functional.max_pool2d(b, 2);
            using torch.Tensor d = functional.conv2d(c, Parameters[2], Parameters[3], padding: One);
            using torch.Tensor e = d.relu_();
            using torch.Tensor f = functional.max_pool2d(e, 2);
            using torch.Tensor g = f.flatten(1);
            return functional.linear(g, Parameters[4], Parameters[5]);
        }

        public void Dispose()
        {
            foreach (Parameter parameter in Parameters) parameter.Dispose();
        }
    }
}
