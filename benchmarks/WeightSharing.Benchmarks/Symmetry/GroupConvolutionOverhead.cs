using System.Diagnostics;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Symmetry;

/// <summary>
/// What a group convolution takes beyond a plain convolution with as many maps: inference, and training (forward and both gradients). Both run alternately; the
/// figure is the median of the ratios of neighbours.
/// </summary>
internal static class GroupConvolutionOverhead
{
    private const int Rounds = 41;

    public static void Run()
    {
        Console.WriteLine($"{"layer",-46}{"inference ms",14}{"overhead",10}{"training ms",14}{"overhead",10}");
        foreach ((int batch, int size, int channels) in new[] { (128, 26, 10), (32, 28, 8), (8, 28, 16), (1, 28, 10) })
        {
            Compare(PlanarGroup.P4, batch, size, channels, lifts: true);
            Compare(PlanarGroup.P4, batch, size, channels, lifts: false);
            Compare(PlanarGroup.P4M, batch, size, channels / 2, lifts: false);
        }
    }

    private static void Compare(PlanarGroup group, int batch, int size, int channels, bool lifts)
    {
        GroupConvolution2d<float> layer = lifts
            ? new GroupLift2d<float>(group, 1, channels, kernelSize: 3)
            : new GroupConv2d<float>(group, channels, channels, kernelSize: 3);
        layer.Initialize(seed: 1);
        Conv2d<float> plain = layer.ToConvolution();
        int order = group.Order;
        Tensor<float> maps = lifts
            ? Tensor.Normal<float>([batch, 1, size, size], RandomKey.Of(1))
            : Tensor.Normal<float>([batch, channels, order, size, size], RandomKey.Of(1));
        Tensor<float> flat = lifts ? maps : maps.Flatten(1, 2);
        (double inference, double inferenceMs) = Median(() => Infer(layer, maps), () => Infer(plain, flat));
        (double training, double trainingMs) = Median(() => Train(layer, maps), () => Train(plain, flat));
        string name = $"{group.Name} {(lifts ? "lift" : "conv")}, batch {batch}, {(lifts ? 1 : channels * order)}→{channels * order} maps, {size}²";
        Console.WriteLine($"{name,-46}{inferenceMs,14:0.000}{inference - 1,10:P1}{trainingMs,14:0.000}{training - 1,10:P1}");
    }

    private static void Infer(Layer<float> layer, Tensor<float> x)
    {
        using NoGrad off = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        layer.Forward(x);
    }

    // A step as an optimizer sees it: the values change, so that nothing made for the last ones serves again.
    private static void Train(Layer<float> layer, Tensor<float> x)
    {
        using var scope = TensorScope.Begin();
        Tensor<float> input = x.Detach().RequireGradient(), y = layer.Forward(input);
        (y * y).Sum().Backward();
        foreach (Sharing.Parameter<float> parameter in layer.Parameters)
        {
            parameter.Set(parameter.Value.Detach() - 1e-6f * parameter.Gradient!.Detach());
            parameter.ZeroGradient();
        }
    }

    private static (double Ratio, double Milliseconds) Median(Action group, Action plain)
    {
        for (int i = 0; i < 3; i++)
        {
            group();
            plain();
        }

        double[] ratios = new double[Rounds], times = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            // Each first in every other round.
            double first = Time(round % 2 == 0 ? group : plain), second = Time(round % 2 == 0 ? plain : group);
            (double ours, double theirs) = round % 2 == 0 ? (first, second) : (second, first);
            (ratios[round], times[round]) = (ours / theirs, ours);
        }

        Array.Sort(ratios);
        Array.Sort(times);
        return (ratios[Rounds / 2], times[Rounds / 2]);
    }

    // The fastest of as many runs as fill a few milliseconds.
    private static double Time(Action run)
    {
        double best = double.MaxValue;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalMilliseconds < 5);

        return best;
    }
}
