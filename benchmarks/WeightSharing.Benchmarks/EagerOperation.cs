using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks;

/// <summary>What one small operation costs apart from its arithmetic: the tensor, the node, the record.</summary>
internal static class EagerOperation
{
    private const int Calls = 1000;

    public static void Run()
    {
        Tensor<float> x = Tensor.Normal<float>([8], RandomKey.Of(1)), y = Tensor.Normal<float>([8], RandomKey.Of(2));
        Tensor<float> a = Tensor.Normal<float>([8], RandomKey.Of(3)).RequireGradient(), b = Tensor.Normal<float>([8], RandomKey.Of(4)).RequireGradient();
        (string Name, Func<Tensor<float>> Run)[] works =
        [
            ("add, nothing to record", () => x + y),
            ("add, recorded", () => a + b),
            ("multiply, recorded", () => a * b),
            ("tanh, recorded", () => a.Tanh()),
            ("sum, recorded", () => a.Sum()),
        ];
        double[] median = Timing.Medians([.. works.Select(work => (Action)(() => Repeat(work.Run)))]);
        for (int i = 0; i < works.Length; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(works[i].Run);
            long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
            Console.WriteLine($"{works[i].Name,-24} {median[i] / Calls,6:F1} ns  {bytes,5} bytes");
        }
    }

    private static void Repeat(Func<Tensor<float>> work)
    {
        for (int call = 0; call < Calls; call++) work();
    }
}
