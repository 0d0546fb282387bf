using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>Every variant of max and average pooling against plain loops, ties, padding, ceil mode and NaN by hand.</summary>
public class PoolingTests
{
    public static TheoryData<int, int, int, int, int> Shapes
    {
        get
        {
            // width, kernel, stride, padding, dilation
            var shapes = new TheoryData<int, int, int, int, int>();
            foreach (int width in (int[])[6, 7, 8, 15, 16, 17, 31, 33, 64, 70])
            {
                foreach ((int kernel, int stride) in ((int, int)[])[(2, 2), (3, 2), (3, 1), (1, 1), (2, 3), (3, 3), (5, 2)])
                {
                    shapes.Add(width, kernel, stride, 0, 1);
                    shapes.Add(width, kernel, stride, kernel / 2, 1);
                    if (width > 2 * kernel) shapes.Add(width, kernel, stride, kernel / 2, 2);
                }
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryVariantEqualsTheReference(int width, int kernel, int stride, int padding, int dilation)
    {
        foreach (bool ceil in (bool[])[false, true])
        {
            PoolingGeometry g = Geometry(3, 9 + kernel, width, kernel, stride, padding, dilation, ceil);
            CheckMaximum<float>(g);
            CheckMaximum<double>(g);
            if (dilation != 1) continue;
            CheckMean<float>(g, countIncludePad: true);
            CheckMean<double>(g, countIncludePad: false);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MeanIsAdjoint(int width, int kernel, int stride, int padding, int dilation)
    {
        if (dilation != 1) return;
        foreach (bool include in (bool[])[false, true])
        {
            PoolingGeometry g = Geometry(2, 11, width, kernel, stride, padding, 1, ceil: true);
            double[] x = ConvolutionTests.Integers<double>(g.InputLength, 1), dy = ConvolutionTests.Integers<double>(g.OutputLength, 2);
            double[] y = new double[dy.Length];
            float[] single = Array.ConvertAll(dy, value => (float)value);
            AveragePooling.Forward<double>(SimdVariant.Reference, g, x, y, include);
            foreach (SimdVariant variant in Simd.Available)
            {
                double[] dx = ConvolutionTests.Marked<double>(x.Length);
                float[] inSingle = ConvolutionTests.Marked<float>(x.Length);
                AveragePooling.Backward<double>(variant, g, dy, dx, include);
                AveragePooling.Backward<float>(variant, g, single, inSingle, include);
                Assert.Equal(ConvolutionTests.Dot(y, dy), ConvolutionTests.Dot(x, dx), 1e-10);
                Assert.All(dx.Zip(inSingle), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            }
        }
    }

    [Fact]
    public void TheFirstMaximumOfAWindowTakesTheGradient()
    {
        PoolingGeometry g = Geometry(1, 2, 4, 2, 2, 0, 1, ceil: false);
        foreach (SimdVariant variant in Simd.Available)
        {
            float[] y = new float[2], dx = ConvolutionTests.Marked<float>(8);
            int[] indices = new int[2];
            MaxPooling.Forward<float>(variant, g, [1, 3, 2, 5, 3, 3, 5, 5], y, indices);
            Assert.Equal([3f, 5f], y);
            Assert.Equal([1, 3], indices);
            MaxPooling.Backward<float>(g, [7, 9], indices, dx);
            Assert.Equal([0f, 7f, 0f, 9f, 0f, 0f, 0f, 0f], dx);
        }
    }

    [Fact]
    public void WindowsSideBySideGiveTheirGradientToThePlaceAlone()
    {
        foreach (int width in (int[])[2, 4, 7, 8, 9, 10, 14, 15, 16, 17, 31, 33])
        {
            foreach (int height in (int[])[2, 5, 6])
            {
                PoolingGeometry g = Geometry(3, height, width, 2, 2, 0, 1, ceil: false);
                Check<float>(g);
                Check<double>(g);
            }
        }

        static void Check<T>(in PoolingGeometry g)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = ConvolutionTests.Integers<T>(g.InputLength, 1), dy = ConvolutionTests.Integers<T>(g.OutputLength, 2);
            T[] y = new T[dy.Length], expected = new T[x.Length], dx = ConvolutionTests.Marked<T>(x.Length);
            int[] indices = new int[dy.Length];
            MaxPooling.Forward<T>(SimdVariant.Reference, g, x, y, indices);
            for (int i = 0; i < dy.Length; i++) expected[i / g.OutputPlane * g.InputPlane + indices[i]] += dy[i];
            MaxPooling.Backward<T>(g, dy, indices, dx);
            Assert.Equal(expected, dx);
        }
    }

    [Fact]
    public void OverlappingWindowsAddTheirGradients()
    {
        PoolingGeometry g = Geometry(1, 1, 3, 1, 1, 0, 1, ceil: false) with { KernelWidth = 2, OutputWidth = 2 };
        float[] dx = new float[3];
        MaxPooling.Backward<float>(g, [2, 3], [1, 1], dx);
        Assert.Equal([0f, 5f, 0f], dx);
    }

    [Fact]
    public void PaddingNeverWins()
    {
        PoolingGeometry g = Geometry(1, 2, 2, 3, 2, 1, 1, ceil: false);
        foreach (SimdVariant variant in Simd.Available)
        {
            float[] y = new float[1];
            int[] indices = new int[1];
            float[] x = [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity];
            MaxPooling.Forward<float>(variant, g, x, y, indices);
            Assert.Equal(float.NegativeInfinity, y[0]);
            Assert.Equal(0, indices[0]);
            MaxPooling.Forward<float>(variant, g, [-4, -3, -2, -5], y, indices);
            Assert.Equal(-2, y[0]);
            Assert.Equal(2, indices[0]);
        }
    }

    [Fact]
    public void NaNWins()
    {
        PoolingGeometry g = Geometry(1, 2, 4, 2, 2, 0, 1, ceil: false);
        foreach (SimdVariant variant in Simd.Available)
        {
            float[] y = new float[2];
            int[] indices = new int[2];
            MaxPooling.Forward<float>(variant, g, [float.NaN, 3, 2, 5, 3, float.NaN, 8, float.NaN], y, indices);
            Assert.Equal([float.NaN, float.NaN], y);
            Assert.Equal([5, 7], indices);
        }
    }

    [Fact]
    public void MeansDivideByTheWindowInThePaddedInput()
    {
        // Ceil mode: the last window hangs over the input, whose right padding is 1 wide.
        PoolingGeometry g = Geometry(1, 1, 4, 1, 1, 0, 1, ceil: false) with
        {
            KernelWidth = 3,
            StrideWidth = 3,
            PaddingLeft = 1,
            PaddingRight = 1,
            OutputWidth = 2,
        };
        foreach (SimdVariant variant in Simd.Available)
        {
            double[] y = new double[2];
            AveragePooling.Forward<double>(variant, g, [6, 12, 5, 7], y, countIncludePad: true);
            Assert.Equal([18.0 / 3, 12.0 / 3], y);
            AveragePooling.Forward<double>(variant, g, [6, 12, 5, 7], y, countIncludePad: false);
            Assert.Equal([18.0 / 2, 12.0 / 2], y);
        }

        double[] hanging = new double[2];
        AveragePooling.Forward<double>(g with { PaddingLeft = 0, PaddingRight = 0 }, [6, 12, 5, 7], hanging, countIncludePad: true);
        Assert.Equal([23.0 / 3, 7.0], hanging);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        PoolingGeometry g = Geometry(40, 50, 51, 3, 2, 1, 1, ceil: false);
        float[] x = ConvolutionTests.Reals(g.InputLength, 1), dy = ConvolutionTests.Reals(g.OutputLength, 2);
        (float[] Max, float[] MaxDx, float[] Mean, float[] MeanDx)? first = null;
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            using Parallelism.Scope scope = Parallelism.Limit(threads);
            (float[] Max, float[] MaxDx, float[] Mean, float[] MeanDx) result =
                (new float[dy.Length], new float[x.Length], new float[dy.Length], new float[x.Length]);
            int[] indices = new int[dy.Length];
            MaxPooling.Forward<float>(g, x, result.Max, indices);
            MaxPooling.Backward<float>(g, dy, indices, result.MaxDx);
            AveragePooling.Forward<float>(g, x, result.Mean, countIncludePad: true);
            AveragePooling.Backward<float>(g, dy, result.MeanDx, countIncludePad: true);
            first ??= result;
            Assert.Equal(first.Value.Max, result.Max);
            Assert.Equal(first.Value.MaxDx, result.MaxDx);
            Assert.Equal(first.Value.Mean, result.Mean);
            Assert.Equal(first.Value.MeanDx, result.MeanDx);
        }
    }

    [Fact]
    public void WindowsOutsideTheInputAreRefused()
    {
        PoolingGeometry g = Geometry(1, 4, 4, 2, 2, 0, 1, ceil: false) with { OutputWidth = 3 };
        ArgumentException wrong = Assert.Throws<ArgumentException>(
            () => MaxPooling.Forward<float>(g, new float[16], new float[6], new int[6]));
        Assert.StartsWith("MaxPooling.Forward: a window holds no element of the input: ", wrong.Message, StringComparison.Ordinal);
    }

    private static void CheckMaximum<T>(in PoolingGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = ConvolutionTests.Integers<T>(g.InputLength, 1);
        for (int i = 0; i < x.Length; i += 13) x[i] = i % 2 == 0 ? T.NaN : T.NegativeInfinity;
        T[] expected = new T[g.OutputLength];
        int[] places = new int[expected.Length];
        MaxPooling.Forward<T>(SimdVariant.Reference, g, x, expected, places);
        foreach (SimdVariant variant in Simd.Available)
        {
            T[] y = new T[expected.Length];
            int[] indices = new int[y.Length];
            MaxPooling.Forward<T>(variant, g, x, y, indices);
            Assert.Equal(expected, y);
            Assert.Equal(places, indices);
            T[] values = new T[expected.Length];
            MaxPooling.Forward<T>(variant, g, x, values);
            Assert.Equal(expected, values);
        }
    }

    private static void CheckMean<T>(in PoolingGeometry g, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = ConvolutionTests.Integers<T>(g.InputLength, 1), expected = new T[g.OutputLength];
        AveragePooling.Forward<T>(SimdVariant.Reference, g, x, expected, countIncludePad);
        foreach (SimdVariant variant in Simd.Available)
        {
            T[] y = ConvolutionTests.Marked<T>(expected.Length);
            AveragePooling.Forward<T>(variant, g, x, y, countIncludePad);
            Assert.Equal(expected, y);
        }
    }

    private static PoolingGeometry Geometry(int planes, int height, int width, int kernel, int stride, int padding, int dilation, bool ceil)
        => new()
        {
            Planes = planes,
            Height = height,
            Width = width,
            KernelHeight = kernel,
            KernelWidth = kernel,
            StrideHeight = stride,
            StrideWidth = stride,
            DilationHeight = dilation,
            DilationWidth = dilation,
            PaddingTop = padding,
            PaddingBottom = padding,
            PaddingLeft = padding,
            PaddingRight = padding,
            OutputHeight = Outputs(height, kernel, stride, padding, dilation, ceil),
            OutputWidth = Outputs(width, kernel, stride, padding, dilation, ceil),
        };

    // The rule of PyTorch: in ceil mode a last window that begins in the padding behind the input is dropped.
    private static int Outputs(int extent, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        int free = extent + 2 * padding - dilation * (kernel - 1) - 1;
        int outputs = (free + (ceil ? stride - 1 : 0)) / stride + 1;
        return ceil && (outputs - 1) * stride >= extent + padding ? outputs - 1 : outputs;
    }
}
