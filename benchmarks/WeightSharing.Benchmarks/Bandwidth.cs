using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Benchmarks;

/// <summary>
/// Normalisation and softmax of 1M floats against what bounds them: a negation or an addition, which reads and writes as much, and for the softmax
/// functions an exponential an element.
/// </summary>
internal static class Bandwidth
{
    private const int N = 1 << 20;
    private const float Epsilon = 1e-5f;

    private static readonly List<(string Name, Bound Bound, Action Run)> Works = [];
    private static readonly Buffer X = Buffer.Normal(N, 1), Dy = Buffer.Normal(N, 2), Y = Buffer.Normal(N, 3);
    private static readonly Buffer Mean = Buffer.Normal(N, 4), Variance = Buffer.Normal(N, 5);
    private static readonly Buffer Weight = Buffer.Normal(N, 6), Bias = Buffer.Normal(N, 7), DWeight = Buffer.Normal(N, 8), DBias = Buffer.Normal(N, 9);

    private enum Bound
    {
        Negation,
        Addition,
        Exponential,
    }

    public static void Run()
    {
        Works.Add(("negation", Bound.Negation, () => Elementwise.Map(X.Span, Y.Span, default(Negate<float>))));
        Works.Add(("addition", Bound.Addition, () => Elementwise.Combine(X.Span, Dy.Span, Y.Span, default(Add<float>))));
        Works.Add(("exponential", Bound.Exponential, () => Elementwise.Map(X.Span, Y.Span, default(Exp<float>))));
        Normalize("batch norm 4096×256×1", 4096, 256, 1, perElement: false);
        Normalize("batch norm 64×64×16²", 64, 64, 256, perElement: false);
        Normalize("batch norm 32×32×32²", 32, 32, 1024, perElement: false);
        foreach (int inner in new[] { 64, 256, 1024, 8192 }) Normalize($"layer norm {N / inner}×{inner}", 1, N / inner, inner, perElement: true);
        foreach (int count in new[] { 16, 64, 1024 }) Exponentiate($"{N / count}×{count}", N / count, count, 1);
        Exponentiate("16×64×1024, dim 1", 16, 64, 1024);

        double[] median = Timing.Medians([.. Works.Select(work => work.Run)], rounds: 15, batchMicroseconds: 2000);
        Console.WriteLine($"{Simd.Chosen}, one thread, {N} floats");
        for (int i = 0; i < Works.Count; i++)
        {
            (string name, Bound bound, _) = Works[i];
            double bytes = (bound == Bound.Addition ? 3 : 2) * 4.0 * N;
            Console.WriteLine(
                $"  {name,-38} {median[i] / 1000,7:F0} µs  {bytes / median[i],4:F0} GB/s  {median[(int)bound] / median[i],5:P0} of the {bound.ToString().ToLowerInvariant()}'s speed");
        }
    }

    private static void Normalize(string name, int outer, int groups, int inner, bool perElement)
    {
        int length = perElement ? inner : groups;
        Works.Add((name, Bound.Negation, () => Normalization.Forward<float>(
            outer, groups, inner, X.Span, Weight.Span[..length], Bias.Span[..length], perElement, Epsilon, Y.Span, Mean.Span, Variance.Span)));
        Works.Add(($"{name} backward", Bound.Addition, () => Normalization.Backward<float>(
            outer, groups, inner, Dy.Span, X.Span, Weight.Span[..length], perElement, Mean.Span, Variance.Span, Epsilon, Y.Span, DWeight.Span[..length], DBias.Span[..length])));
    }

    private static void Exponentiate(string shape, int outer, int count, int inner)
    {
        Buffer softmax = Buffer.Normal(N, 10), log = Buffer.Normal(N, 11);
        Works.Add(($"softmax {shape}", Bound.Exponential, () => Softmax.Forward<float>(outer, count, inner, X.Span, softmax.Span)));
        Works.Add(($"softmax {shape} backward", Bound.Addition, () => Softmax.Backward<float>(outer, count, inner, softmax.Span, Dy.Span, Y.Span)));
        Works.Add(($"log softmax {shape}", Bound.Exponential, () => Softmax.LogForward<float>(outer, count, inner, X.Span, log.Span)));
        Works.Add(($"log softmax {shape} backward", Bound.Exponential, () => Softmax.LogBackward<float>(outer, count, inner, log.Span, Dy.Span, Y.Span)));
    }
}
