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
        (string Name, bool InScope, Func<Tensor<float>> Run)[] works =
        [
            ("add, nothing to record", false, () => x + y),
            ("add, recorded", false, () => a + b),
            ("add, recorded, in a scope", true, () => a + b),
            ("multiply, recorded", false, () => a * b),
            ("tanh, recorded", false, () => a.Tanh()),
            ("sum, recorded", false, () => a.Sum()),
        ];
        double[] median = Timing.Medians([.. works.Select(work => (Action)(() => Repeat(work.Run, work.InScope)))]);
        for (int i = 0; i < works.Length; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(works[i].Run, works[i].InScope);
            long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
            Console.WriteLine($"{works[i].Name,-26} {median[i] / Calls,6:F1} ns  {bytes,5} bytes");
        }
    }

    // A scope is around many operations, as around a training step.
    private static void Repeat(Func<Tensor<float>> work, bool inScope)
    {
        using TensorScope? scope = inScope ? TensorScope.Begin() : null;
        for (int call = 0; call < Calls; call++) work();
    }
}
