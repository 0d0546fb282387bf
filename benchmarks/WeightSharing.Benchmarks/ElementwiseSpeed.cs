using System.Numerics.Tensors;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Benchmarks;

/// <summary>Elementary functions against TensorPrimitives, or, where it has none, against the base library's function in a loop.</summary>
internal static class ElementwiseSpeed
{
    private delegate void Map(ReadOnlySpan<float> x, Span<float> y);

    public static void Run(string[] names)
    {
        (string Name, float Low, float High, Map Ours, Map? Theirs)[] functions =
        [
            ("exp", -10, 10, (x, y) => Elementwise.Map(x, y, default(Exp<float>)), TensorPrimitives.Exp),
            ("expm1", -10, 10, (x, y) => Elementwise.Map(x, y, default(Expm1<float>)), TensorPrimitives.ExpM1),
            ("log", 0.001f, 100, (x, y) => Elementwise.Map(x, y, default(Log<float>)), TensorPrimitives.Log),
            ("log1p", -0.9f, 100, (x, y) => Elementwise.Map(x, y, default(Log1p<float>)), TensorPrimitives.LogP1),
            ("tanh", -6, 6, (x, y) => Elementwise.Map(x, y, default(Tanh<float>)), TensorPrimitives.Tanh),
            ("sigmoid", -10, 10, (x, y) => Elementwise.Map(x, y, default(Sigmoid<float>)), TensorPrimitives.Sigmoid),
            ("erf", -4, 4, (x, y) => Elementwise.Map(x, y, default(Erf<float>)), null),
            ("gelu", -6, 6, (x, y) => Elementwise.Map(x, y, default(Gelu<float>)), null),
            ("gelu (tanh)", -6, 6, (x, y) => Elementwise.Map(x, y, default(GeluTanh<float>)), null),
            ("softplus", -10, 10, (x, y) => Elementwise.Map(x, y, new Softplus<float>(1, 20)), null),
        ];
        Console.WriteLine($"{Simd.Chosen}, one thread: elements a nanosecond, and times faster than TensorPrimitives");
        foreach (var function in functions)
        {
            if (names.Length > 0 && !names.Contains(function.Name)) continue;
            string line = $"  {function.Name,-12}";
            foreach (int n in new[] { 4096, 1 << 20 })
            {
                var random = new Random(1);
                var x = new Buffer(n, _ => function.Low + (function.High - function.Low) * random.NextSingle());
                var y = new Buffer(n, _ => 0);
                List<Action> works = [() => function.Ours(x.Span, y.Span)];
                if (function.Theirs != null) works.Add(() => function.Theirs(x.Span, y.Span));
                double[] median = Timing.Medians(works);
                line += $"   {n,7}: {n / median[0],5:F2}";
                line += function.Theirs == null ? "        " : $" {median[1] / median[0],5:F2} ×";
            }

            Console.WriteLine(line);
        }
    }
}
