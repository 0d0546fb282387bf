using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

/// <summary>Comparisons of the tests of this assembly.</summary>
internal static class Close
{
    public static void To(Tensor<double> expected, Tensor<double> actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] a = expected.ToArray(), b = actual.ToArray();
        double scale = 1 + a.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < a.Length; i++) Assert.True(Math.Abs(a[i] - b[i]) <= tolerance * scale, $"[{i}]: expected {a[i]:R}, actual {b[i]:R}");
    }

    public static Tensor<double> Normal(Shape shape, int seed) => Tensor.Normal<double>(shape, RandomKey.Of(seed));
}
