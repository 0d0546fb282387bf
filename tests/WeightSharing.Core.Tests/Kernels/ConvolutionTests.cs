using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>
/// Every variant against plain loops. Operands are small integers, so that every sum is exact in float and the comparison is for
/// equality: no tolerance can hide a wrong index.
/// </summary>
public class ConvolutionTests
{
    private static readonly int[] Extents = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64];

    // Integers stay exact in the sums of the definition only.
    private static readonly ConvolutionOptions Direct = new(Direct: true);

    /// <summary>What the reference is compared with.</summary>
    internal static IEnumerable<SimdVariant> Vectorised => Simd.Available.Where(variant => variant != SimdVariant.Reference);

    /// <summary>Shapes around the edges of the tiles, one property at a time and then many at once.</summary>
    public static TheoryData<string> Shapes
    {
        get
        {
            var shapes = new TheoryData<string>();
            foreach (int channels in Extents)
            {
                shapes.Add(Text(Square(2, channels, 5, 6, 5, 3, 1)));
                shapes.Add(Text(Square(2, 3, 5, 6, channels, 3, 1)));
                shapes.Add(Text(Square(1, 2, 3, channels, 3, 3, 1)));
                shapes.Add(Text(Square(1, 2, channels, channels, 9, 2, 0)));
                shapes.Add(Text(new ConvolutionGeometry
                {
                    Batch = 2,
                    InputChannels = channels,
                    Height = 7,
                    Width = 9,
                    OutputChannels = channels,
                    Groups = channels,
                    KernelHeight = 3,
                    KernelWidth = 3,
                    PaddingTop = 1,
                    PaddingBottom = 1,
                    PaddingLeft = 1,
                    PaddingRight = 1,
                }));
            }

            foreach (int kernel in (int[])[1, 2, 3, 5])
            {
                foreach (int stride in (int[])[1, 2, 3])
                {
                    foreach (int dilation in (int[])[1, 2])
                    {
                        ConvolutionGeometry g = Square(2, 4, 11, 13, 6, kernel, 0) with
                        {
                            StrideHeight = stride,
                            StrideWidth = stride,
                            DilationHeight = dilation,
                            DilationWidth = dilation,
                        };
                        shapes.Add(Text(g));
                        shapes.Add(Text(g with { PaddingTop = 1, PaddingBottom = 3, PaddingLeft = 4, PaddingRight = 0, Groups = 2 }));
                        shapes.Add(Text(g with { PaddingTop = 3, PaddingBottom = 0, PaddingLeft = 0, PaddingRight = 5, KernelHeight = 1 }));
                        shapes.Add(Text(g with { PaddingTop = 6, PaddingBottom = 6, PaddingLeft = 6, PaddingRight = 6, StrideWidth = 1 }));
                    }
                }
            }

            foreach (ConvolutionGeometry narrow in Narrow) shapes.Add(Text(narrow));
            shapes.Add(Text(Square(3, 2, 1, 70, 5, 5, 2) with { KernelHeight = 1, PaddingTop = 0, PaddingBottom = 0 }));
            shapes.Add(Text(Square(1, 1, 120, 130, 2, 3, 1)));
            shapes.Add(Text(Square(1, 70, 60, 20, 2, 3, 1)));
            foreach (int stride in (int[])[1, 2, 3])
            {
                ConvolutionGeometry row = Square(2, 2, 1, 6000, 3, 5, 2) with { KernelHeight = 1, PaddingTop = 0, PaddingBottom = 0 };
                shapes.Add(Text(row with { StrideWidth = stride, DilationWidth = 2, PaddingRight = 7 }));
                shapes.Add(Text(row with { StrideWidth = stride, Height = 3, KernelHeight = 2, PaddingBottom = 1, Groups = 1 }));
            }

            shapes.Add(Text(Square(0, 2, 5, 5, 3, 3, 1)));
            shapes.Add(Text(Square(2, 0, 5, 5, 3, 3, 1)));
            shapes.Add(Text(Square(2, 3, 5, 5, 0, 3, 1)));
            shapes.Add(Text(Square(2, 3, 2, 2, 4, 3, 0)));
            shapes.Add(Text(Square(2, 3, 0, 4, 4, 3, 2)));
            return shapes;
        }
    }

    /// <summary>Rows of fourteen positions, and others beside them, with whole vectors of channels and not.</summary>
    private static IEnumerable<ConvolutionGeometry> Narrow
    {
        get
        {
            foreach (int channels in (int[])[4, 8, 16, 24])
            {
                foreach (int height in (int[])[1, 2, 5, 14, 37])
                {
                    yield return Square(2, 8, height, 14, channels, 3, 1);
                    yield return Square(3, channels, height, 14, 8, 3, 1) with { DilationHeight = 2, PaddingTop = 3 };
                }
            }

            yield return Square(2, 5, 6, 14, 16, 3, 1) with { KernelHeight = 2 };
            yield return Square(2, 8, 6, 13, 16, 3, 1) with { PaddingLeft = 2 };
            yield return Square(2, 8, 9, 16, 16, 3, 0);
            yield return Square(2, 16, 9, 10, 8, 3, 3);
            yield return Square(1, 16, 9, 14, 8, 3, 3);
            yield return Square(2, 8, 9, 14, 16, 3, 1) with { Groups = 2 };
            yield return Square(2, 8, 20, 14, 16, 3, 1) with { PaddingTop = 25, PaddingBottom = 25 };
            yield return Square(2, 8, 5, 50, 16, 3, 1) with { KernelHeight = 1 };
            yield return Square(2, 8, 5, 6, 32, 3, 1);
        }
    }

    [Fact]
    public void Rows_of_fourteen_positions_are_computed_along_the_channels()
    {
        ConvolutionGeometry g = Square(2, 8, 14, 14, 16, 3, 1);
        foreach (SimdVariant variant in Vectorised)
        {
            Assert.True(ConvolutionChoice.IsNarrow<float>(variant, g, forward: true));
            Assert.True(ConvolutionChoice.IsNarrow<float>(variant, g, forward: false));
            Assert.False(ConvolutionChoice.IsNarrow<float>(variant, g with { Width = 15 }, forward: true));
            Assert.Equal(variant == SimdVariant.Vector512, ConvolutionChoice.IsNarrowForWeights<float>(variant, g));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryVariantEqualsTheReference(string shape)
    {
        ConvolutionGeometry g = Parse(shape);
        CheckVariants<float>(g);
        CheckVariants<double>(g);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientsAreAdjoint(string shape)
    {
        // ⟨conv(x, w), dy⟩ = ⟨x, dx⟩ = ⟨w, dw⟩
        ConvolutionGeometry g = Parse(shape);
        double[] x = Integers<double>(g.InputLength, 1), w = Integers<double>(g.WeightLength, 2), dy = Integers<double>(g.OutputLength, 3);
        double[] y = new double[dy.Length], dx = new double[x.Length], dw = new double[w.Length];
        Convolution.Forward<double>(g, x, w, [], y, Direct);
        Convolution.InputGradient<double>(g, dy, w, dx, Direct);
        Convolution.WeightGradient<double>(g, x, dy, dw, accumulate: false);
        Assert.Equal(Dot(y, dy), Dot(x, dx));
        Assert.Equal(Dot(y, dy), Dot(w, dw));
    }

    [Fact]
    public void RoundingStaysNearTheReference()
    {
        ConvolutionGeometry g = Square(3, 24, 14, 15, 20, 3, 1);
        float[] x = Reals(g.InputLength, 1), w = Reals(g.WeightLength, 2), dy = Reals(g.OutputLength, 3);
        double[] xd = Widen(x), wd = Widen(w), dyd = Widen(dy);
        double[] y0 = new double[dy.Length], dx0 = new double[x.Length], dw0 = new double[w.Length];
        Convolution.Forward<double>(SimdVariant.Reference, g, xd, wd, [], y0);
        Convolution.InputGradient<double>(SimdVariant.Reference, g, dyd, wd, dx0);
        Convolution.WeightGradient<double>(SimdVariant.Reference, g, xd, dyd, dw0, accumulate: false);
        foreach (SimdVariant variant in Vectorised)
        {
            float[] y = new float[dy.Length], dx = new float[x.Length], dw = new float[w.Length];
            Convolution.Forward<float>(variant, g, x, w, [], y);
            Convolution.InputGradient<float>(variant, g, dy, w, dx);
            Convolution.WeightGradient<float>(variant, g, x, dy, dw, accumulate: false);
            AssertNear(y0, y);
            AssertNear(dx0, dx);
            AssertNear(dw0, dw);
        }
    }

    [Theory]
    [InlineData(9, 8, 1, 1, 1, 14)]
    [InlineData(5, 12, 1, 1, 1)]
    [InlineData(7, 8, 8, 1, 1)]
    [InlineData(1, 40, 1, 1, 1)]
    [InlineData(3, 32, 2, 1, 1)]
    [InlineData(3, 12, 1, 1, 3)]
    [InlineData(1, 32, 2, 1, 2)]
    [InlineData(3, 5, 1, 2, 1)]
    [InlineData(5, 12, 1, 2, 1)]
    [InlineData(1, 40, 1, 2, 1)]
    public void ThreadsDoNotChangeABit(int batch, int channels, int groups, int stride, int dilation, int width = 29)
    {
        ConvolutionGeometry g = Square(batch, channels, 30, width, 2 * channels, 3, 1) with
        {
            Groups = groups,
            StrideHeight = stride,
            StrideWidth = stride,
            DilationHeight = dilation,
            DilationWidth = dilation,
        };
        float[] x = Reals(g.InputLength, 1), w = Reals(g.WeightLength, 2), dy = Reals(g.OutputLength, 3);
        foreach (SimdVariant variant in Vectorised)
        {
            (float[] Y, float[] Dx, float[] Dw)? first = null;
            foreach (int threads in (int[])[1, 2, 3, 8])
            {
                using Parallelism.Scope scope = Parallelism.Limit(threads);
                (float[] Y, float[] Dx, float[] Dw) result = (new float[dy.Length], new float[x.Length], new float[w.Length]);
                Convolution.Forward<float>(variant, g, x, w, [], result.Y);
                Convolution.InputGradient<float>(variant, g, dy, w, result.Dx);
                Convolution.WeightGradient<float>(variant, g, x, dy, result.Dw, accumulate: false);
                first ??= result;
                Assert.Equal(first.Value.Y, result.Y);
                Assert.Equal(first.Value.Dx, result.Dx);
                Assert.Equal(first.Value.Dw, result.Dw);
            }
        }
    }

    [Fact]
    public void Filters_laid_out_before_give_the_same_bits()
    {
        ConvolutionGeometry g = Square(3, 8, 14, 14, 16, 3, 1);
        float[] x = Reals(g.InputLength, 1), w = Reals(g.WeightLength, 2), dy = Reals(g.OutputLength, 3);
        foreach (SimdVariant variant in Vectorised)
        {
            float[] y = new float[dy.Length], again = new float[dy.Length], dx = new float[x.Length], dxAgain = new float[x.Length];
            float[] forward = new float[Convolution.FilterLength<float>(variant, g, forward: true, default)];
            float[] backward = new float[Convolution.FilterLength<float>(variant, g, forward: false, default)];
            Convolution.TransformFilters<float>(variant, g, forward: true, default, w, forward);
            Convolution.TransformFilters<float>(variant, g, forward: false, default, w, backward);
            Convolution.Forward<float>(variant, g, x, w, [], y);
            Convolution.Forward<float>(variant, g, x, w, [], again, default, forward);
            Convolution.InputGradient<float>(variant, g, dy, w, dx);
            Convolution.InputGradient<float>(variant, g, dy, w, dxAgain, default, backward);
            Assert.Equal(y, again);
            Assert.Equal(dx, dxAgain);
        }
    }

    [Theory]
    [InlineData(8, 9)]
    [InlineData(8, 16)]
    [InlineData(17, 33)]
    public void NothingIsAllocatedInSteadyState(int inputs, int outputs)
    {
        using Parallelism.Scope scope = Parallelism.Limit(1);
        ConvolutionGeometry g = Square(3, inputs, 12, 14, outputs, 3, 1);
        float[] x = Reals(g.InputLength, 1), w = Reals(g.WeightLength, 2), dy = Reals(g.OutputLength, 3), dx = new float[x.Length];
        long allocated = 0;
        for (int i = 0; i < 3; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Convolution.Forward<float>(g, x, w, [], dy);
            Convolution.InputGradient<float>(g, dy, w, dx);
            Convolution.WeightGradient<float>(g, x, dy, w, accumulate: true);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Pooled_on_the_way_is_pooled_afterwards(string shape)
    {
        ConvolutionGeometry g = Parse(shape);
        Check<float>(g);
        Check<double>(g);

        static void Check<T>(in ConvolutionGeometry g)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = Integers<T>(g.InputLength, 1), w = Integers<T>(g.WeightLength, 2), bias = Integers<T>(g.OutputChannels, 4), y = new T[g.OutputLength];
            if (x.Length > 9) x[9] = T.NaN;
            Convolution.Forward<T>(SimdVariant.Reference, g, x, w, bias, y);
            var windows = new PoolingGeometry
            {
                Planes = g.Batch * g.OutputChannels,
                Height = g.OutputHeight,
                Width = g.OutputWidth,
                OutputHeight = g.OutputHeight / 2,
                OutputWidth = g.OutputWidth / 2,
                KernelHeight = 2,
                KernelWidth = 2,
                StrideHeight = 2,
                StrideWidth = 2,
            };
            foreach (SimdVariant variant in Vectorised)
            {
                if (!Convolution.FusesPooling<T>(variant, g, Direct)) continue;
                T[] expected = new T[windows.OutputLength], pooled = Marked<T>(expected.Length);
                MaxPooling.Forward<T>(SimdVariant.Reference, windows, y, expected);
                Convolution.Forward<T>(variant, g, x, w, bias, pooled, Direct with { Pool = true });
                Assert.Equal(expected, pooled);
                Convolution.Forward<T>(variant, g, x, w, bias, pooled, Direct with { Pool = true, Relu = true });
                Assert.Equal(expected.Select(value => T.Max(value, T.Zero)), pooled);
            }
        }
    }

    [Fact]
    public void What_is_pooled_on_the_way_is_known()
    {
        foreach (SimdVariant variant in Vectorised)
        {
            Assert.True(Convolution.FusesPooling<float>(variant, Square(1, 3, 28, 28, 8, 3, 1), default));
            Assert.False(Convolution.FusesPooling<float>(variant, Square(1, 1, 28, 28, 8, 3, 1), default));
            Assert.True(Convolution.FusesPooling<double>(variant, Square(1, 8, 14, 14, 16, 3, 1), default));
            Assert.False(Convolution.FusesPooling<float>(variant, Square(1, 16, 14, 14, 16, 3, 1), default));
            Assert.False(Convolution.FusesPooling<float>(variant, Square(1, 4, 14, 14, 16, 1, 0), default));
            ArgumentException wrong = Assert.Throws<ArgumentException>(
                () => Convolution.Forward<float>(variant, Square(1, 4, 1, 1, 1, 1, 0), new float[4], new float[4], [], [], new ConvolutionOptions(Pool: true)));
            Assert.StartsWith("Convolution.Forward: this convolution is not pooled on the way: ", wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OperandsThatDoNotFitAreRefused()
    {
        ConvolutionGeometry g = Square(1, 2, 4, 4, 3, 3, 1);
        ArgumentException wrong = Assert.Throws<ArgumentException>(
            () => Convolution.Forward<float>(g, new float[31], new float[54], [], new float[48]));
        Assert.Equal("Convolution.Forward: x has 31 elements; the geometry needs 32.", wrong.Message);
        wrong = Assert.Throws<ArgumentException>(
            () => Convolution.Forward<float>(g with { Groups = 2 }, new float[32], new float[54], [], new float[48]));
        Assert.Equal("Convolution.Forward: 2 groups must divide the 2 input and the 3 output channels.", wrong.Message);
    }

    private static void CheckVariants<T>(in ConvolutionGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Integers<T>(g.InputLength, 1), w = Integers<T>(g.WeightLength, 2), dy = Integers<T>(g.OutputLength, 3);
        T[] bias = Integers<T>(g.OutputChannels, 4), start = Integers<T>(g.WeightLength, 5);
        T[] y0 = Marked<T>(dy.Length), y1 = Marked<T>(dy.Length), dx0 = Marked<T>(x.Length), dw0 = Marked<T>(w.Length), dw1 = [.. start];
        Convolution.Forward<T>(SimdVariant.Reference, g, x, w, bias, y0);
        Convolution.Forward<T>(SimdVariant.Reference, g, x, w, [], y1);
        Convolution.InputGradient<T>(SimdVariant.Reference, g, dy, w, dx0);
        Convolution.WeightGradient<T>(SimdVariant.Reference, g, x, dy, dw0, accumulate: false);
        Convolution.WeightGradient<T>(SimdVariant.Reference, g, x, dy, dw1, accumulate: true);
        foreach (SimdVariant variant in Vectorised)
        {
            T[] y = Marked<T>(dy.Length), dx = Marked<T>(x.Length), dw = Marked<T>(w.Length);
            Convolution.Forward<T>(variant, g, x, w, bias, y, Direct);
            Assert.Equal(y0, y);
            Convolution.Forward<T>(variant, g, x, w, [], y, Direct);
            Assert.Equal(y1, y);
            Convolution.Forward<T>(variant, g, x, w, bias, y, Direct with { Relu = true });
            Assert.Equal(y0.Select(value => T.Max(value, T.Zero)), y);
            Convolution.InputGradient<T>(variant, g, dy, w, dx, Direct);
            Assert.Equal(dx0, dx);
            Convolution.WeightGradient<T>(variant, g, x, dy, dw, accumulate: false);
            Assert.Equal(dw0, dw);
            dw = [.. start];
            Convolution.WeightGradient<T>(variant, g, x, dy, dw, accumulate: true);
            Assert.Equal(dw1, dw);
        }
    }

    internal static ConvolutionGeometry Square(int batch, int input, int height, int width, int output, int kernel, int padding) => new()
    {
        Batch = batch,
        InputChannels = input,
        Height = height,
        Width = width,
        OutputChannels = output,
        KernelHeight = kernel,
        KernelWidth = kernel,
        PaddingTop = padding,
        PaddingBottom = padding,
        PaddingLeft = padding,
        PaddingRight = padding,
    };

    /// <summary>A geometry as a line of numbers, which a test's name can show.</summary>
    internal static string Text(in ConvolutionGeometry g) => string.Join(
        ' ', g.Batch, g.InputChannels, g.Height, g.Width, g.OutputChannels, g.KernelHeight, g.KernelWidth, g.StrideHeight, g.StrideWidth,
        g.DilationHeight, g.DilationWidth, g.PaddingTop, g.PaddingBottom, g.PaddingLeft, g.PaddingRight, g.Groups);

    internal static ConvolutionGeometry Parse(string text)
    {
        int[] n = [.. text.Split(' ').Select(int.Parse)];
        return new ConvolutionGeometry
        {
            Batch = n[0],
            InputChannels = n[1],
            Height = n[2],
            Width = n[3],
            OutputChannels = n[4],
            KernelHeight = n[5],
            KernelWidth = n[6],
            StrideHeight = n[7],
            StrideWidth = n[8],
            DilationHeight = n[9],
            DilationWidth = n[10],
            PaddingTop = n[11],
            PaddingBottom = n[12],
            PaddingLeft = n[13],
            PaddingRight = n[14],
            Groups = n[15],
        };
    }

    internal static T[] Integers<T>(long count, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[count];
        for (int i = 0; i < values.Length; i++) values[i] = T.CreateChecked(random.Next(-3, 4));
        return values;
    }

    internal static float[] Reals(long count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        return values;
    }

    internal static double[] Widen(float[] values) => Array.ConvertAll(values, v => (double)v);

    internal static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    internal static void AssertNear(double[] expected, float[] actual)
    {
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-6 * (1 + largest), $"{i}: expected {expected[i]}, got {actual[i]}");
    }

    /// <summary>An output that nobody has written yet: whatever is not overwritten shows.</summary>
    internal static T[] Marked<T>(int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[count];
        Array.Fill(values, T.NaN);
        return values;
    }
}
