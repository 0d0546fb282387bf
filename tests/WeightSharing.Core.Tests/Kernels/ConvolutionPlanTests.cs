using WeightSharing.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Kernels;

/// <summary>Strided planes whose last row reaches into the padding on its right: what lies behind a plane is another phase, not padding.</summary>
public sealed class ConvolutionPlanTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        var data = new TheoryData<int, int, int>();
        foreach (int height in new[] { 1, 2, 5 })
        {
            foreach (int stride in new[] { 2, 3 })
            {
                foreach (int dilation in new[] { 1, 2 }) data.Add(height, stride, dilation);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Windows_that_end_in_the_padding_read_zeros(int height, int stride, int dilation)
    {
        foreach (SimdVariant variant in Simd.Available)
        {
            for (int width = 5; width <= 18; width++)
            {
                foreach ((int left, int right) in new[] { (0, 1), (1, 1), (2, 2), (0, 3), (3, 0) })
                {
                    for (int kernel = 2; kernel <= 4; kernel++)
                    {
                        var g = new ConvolutionGeometry
                        {
                            Batch = 2,
                            InputChannels = 2,
                            Height = height,
                            Width = width,
                            OutputChannels = 3,
                            KernelHeight = Math.Min(height, 2),
                            KernelWidth = kernel,
                            StrideHeight = Math.Min(stride, height),
                            StrideWidth = stride,
                            DilationWidth = dilation,
                            PaddingLeft = left,
                            PaddingRight = right,
                        };
                        if (g.OutputLength > 0) Compare(variant, g);
                    }
                }
            }
        }
    }

    private static void Compare(SimdVariant variant, in ConvolutionGeometry g)
    {
        double[] x = Values(g.InputLength, 1), w = Values(g.WeightLength, 2), dy = Values(g.OutputLength, 3);
        double[] expected = new double[dy.Length], actual = new double[dy.Length];
        Convolution.Forward<double>(SimdVariant.Reference, g, x, w, [], expected);
        Convolution.Forward<double>(variant, g, x, w, [], actual);
        AssertClose(expected, actual, variant, g);

        double[] expectedDx = new double[x.Length], actualDx = new double[x.Length];
        Convolution.InputGradient<double>(SimdVariant.Reference, g, dy, w, expectedDx);
        Convolution.InputGradient<double>(variant, g, dy, w, actualDx);
        AssertClose(expectedDx, actualDx, variant, g);

        double[] expectedDw = new double[w.Length], actualDw = new double[w.Length];
        Convolution.WeightGradient<double>(SimdVariant.Reference, g, x, dy, expectedDw, accumulate: false);
        Convolution.WeightGradient<double>(variant, g, x, dy, actualDw, accumulate: false);
        AssertClose(expectedDw, actualDw, variant, g);
    }

    private static double[] Values(long count, long seed) => Tensor.Normal<double>((int)count, RandomKey.Of(seed)).ToArray();

    private static void AssertClose(double[] expected, double[] actual, SimdVariant variant, ConvolutionGeometry g)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-12 * (1 + Math.Abs(expected[i])), $"{variant} {g}: element {i}: expected {expected[i]}, got {actual[i]}");
        }
    }
}
