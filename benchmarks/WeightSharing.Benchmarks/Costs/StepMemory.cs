using System.Diagnostics;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Benchmarks.Costs;

/// <summary>
/// What a training step in steady state allocates, and whether the memory of the process stays flat: 10 000 steps with Adam of a small convolutional
/// network on 64 images, each in a <see cref="TensorScope"/>.
/// </summary>
internal static class StepMemory
{
    private const int Steps = 10_000, Batch = 64;

    public static void Run()
    {
        var model = new Sequential<float>(
            new Conv2d<float>(1, 8, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
            new Conv2d<float>(8, 16, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
            new Flatten<float>(), new Dense<float>(16 * 7 * 7, 10));
        model.Initialize(seed: 1);
        var optimizer = new Adam<float>(model.Parameters);
        Tensor<float> images = Tensor.Uniform<float>([Batch, 1, 28, 28], RandomKey.Of(1));
        Tensor<int> labels = Tensor.From(Enumerable.Range(0, Batch).Select(i => i % 10).ToArray());

        for (int i = 0; i < 100; i++) Step();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 100; i++) Step();
        Console.WriteLine($"one step allocates {(GC.GetTotalAllocatedBytes(precise: true) - before) / 100.0:#,0} bytes of managed memory");

        Console.WriteLine("   steps   working set MB   peak MB   managed heap MB   collections of generation 0, 1, 2");
        for (int step = 0; step <= Steps; step++)
        {
            if (step % (Steps / 5) == 0) Report(step);
            Step();
        }

        void Step()
        {
            using TensorScope scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            Tensor<float> loss = Loss.CrossEntropy(model.Forward(images), labels);
            loss.Backward();
            optimizer.Step();
        }
    }

    private static void Report(int step)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"{step,8:#,0} {process.WorkingSet64 / 1e6,16:0.0} {process.PeakWorkingSet64 / 1e6,9:0.0} {GC.GetTotalMemory(forceFullCollection: false) / 1e6,17:0.00}"
            + $"   {GC.CollectionCount(0)}, {GC.CollectionCount(1)}, {GC.CollectionCount(2)}");
    }
}
