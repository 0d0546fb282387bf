using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>Filters that see one channel, and 1×1 filters, against plain loops: integers, so that every sum is exact and equality is asked for.</summary>
public class DepthwiseTests
{
    /// <summary>Widths around the vectors, heights around the rows taken at once and the blocks, all paddings, several filters a channel.</summary>
    public static TheoryData<string> Shapes
    {
        get
        {
            var shapes = new TheoryData<string>();
            for (int size = 1; size <= 35; size++)
            {
                shapes.Add(Text(3, 2, 5, size, 1, 1, 1, 1, 1));
                shapes.Add(Text(2, 3, size, 9, 1, 1, 1, 1, 1));
                shapes.Add(Text(1, 1, 6, size, 5, 1, 1, 1, 1));
            }

            for (int i = 0; i < 64; i++) shapes.Add(Text(1, 2, 4, i % 7 + 3, 1 + i % 2, i % 4, i / 4 % 4, i / 16, (i + i / 4) % 4));
            for (int size = 1; size <= 40; size++)
            {
                shapes.Add(Text(1, 3, 3, size, 1, 1, 1, 1, 1));
                shapes.Add(Five(3, 2, 5, size, 2, 2, 2, 2));
                shapes.Add(Five(1, 3, size, 9, 2, 2, 2, 2));
                shapes.Add(Five(1, 3, 6, size, 0, 4, 3, 4));
            }

            for (int i = 0; i < 128; i++) shapes.Add(Five(1, 1 + i % 3, 4 + i % 5, i % 19 + 4, i % 6, i / 4 % 6, i / 16, (i + i / 4) % 7));
            foreach (int batch in (int[])[1, 31, 33]) shapes.Add(Five(batch, 3, 14, 14, 2, 2, 2, 2));
            foreach (int batch in (int[])[1, 31, 33]) shapes.Add(Text(batch, 3, 7, 28, 1, 1, 1, 1, 1));
            shapes.Add(Five(1, 2, 200, 47, 2, 2, 2, 2));
            shapes.Add(Five(1, 2, 9, 3000, 2, 2, 2, 2));
            shapes.Add(Five(2, 130, 3, 1, 2, 2, 2, 2));
            shapes.Add(Five(1, 1, 1, 1, 20, 9, 40, 3));
            shapes.Add(Five(2, 3, 6, 6, 0, 0, 0, 0));
            shapes.Add(Text(1, 2, 300, 47, 1, 1, 1, 1, 1));
            shapes.Add(Text(1, 2, 9, 4000, 1, 1, 1, 1, 1));
            shapes.Add(Text(70, 5, 8, 8, 1, 1, 1, 1, 1));
            return shapes;

            static string Five(int batch, int channels, int height, int width, int top, int bottom, int left, int right)
            {
                ConvolutionGeometry g = ConvolutionTests.Square(batch, channels, height, width, channels, 5, 0);
                return ConvolutionTests.Text(g with { Groups = channels, PaddingTop = top, PaddingBottom = bottom, PaddingLeft = left, PaddingRight = right });
            }

            static string Text(int batch, int channels, int height, int width, int filters, int top, int bottom, int left, int right)
            {
                ConvolutionGeometry g = ConvolutionTests.Square(batch, channels, height, width, channels * filters, 3, 0);
                return ConvolutionTests.Text(g with { Groups = channels, PaddingTop = top, PaddingBottom = bottom, PaddingLeft = left, PaddingRight = right });
            }
        }
    }

    /// <summary>Planes around the vectors and blocks, channels around the tiles.</summary>
    public static TheoryData<int, int, int, int> Pointwise
    {
        get
        {
            var shapes = new TheoryData<int, int, int, int>();
            for (int plane = 1; plane <= 66; plane++) shapes.Add(2, 5, plane, 9);
            for (int channels = 1; channels <= 18; channels++) shapes.Add(2, channels, 50, channels);
            shapes.Add(1, 300, 1100, 10);
            shapes.Add(2, 700, 333, 3);
            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_variant_equals_the_reference(string shape)
    {
        ConvolutionGeometry g = ConvolutionTests.Parse(shape);
        Compare<float>(g);
        Compare<double>(g);
    }

    [Theory]
    [MemberData(nameof(Pointwise))]
    public void One_by_one_filters_equal_the_reference(int batch, int inputs, int plane, int outputs)
    {
        ConvolutionGeometry g = ConvolutionTests.Square(batch, inputs, 1, plane, outputs, 1, 0);
        Compare<float>(g);
        Compare<double>(g);
    }

    [Theory]
    [InlineData(9, 16, 16, 3)]
    [InlineData(9, 37, 37, 5)]
    [InlineData(9, 1, 8, 3)]
    [InlineData(3, 60, 64, 1)]
    public void Threads_do_not_change_a_bit(int batch, int inputs, int outputs, int kernel)
    {
        int groups = kernel == 1 ? 1 : inputs;
        ConvolutionGeometry g = ConvolutionTests.Square(batch, inputs, 40, 45, outputs, kernel, kernel / 2) with { Groups = groups };
        float[] x = ConvolutionTests.Reals(g.InputLength, 1), w = ConvolutionTests.Reals(g.WeightLength, 2), dy = ConvolutionTests.Reals(g.OutputLength, 3);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            (float[] Y, float[] Dx, float[] Dw)? first = null;
            foreach (int threads in (int[])[1, 2, 3, 8])
            {
                using Parallelism.Scope scope = Parallelism.Limit(threads);
                (float[] Y, float[] Dx, float[] Dw) result = (new float[dy.Length], new float[x.Length], new float[w.Length]);
                Convolution.Forward<float>(variant, g, x, w, [], result.Y, new ConvolutionOptions(Relu: true));
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
    public void Nothing_is_written_beside_the_outputs()
    {
        const int guard = 64;
        foreach (int kernel in (int[])[3, 5])
        {
            for (int width = 1; width <= 34; width++)
            {
                ConvolutionGeometry g = ConvolutionTests.Square(2, 2, 5, width, 2, kernel, kernel / 2) with { Groups = 2 };
                float[] x = ConvolutionTests.Reals(g.InputLength, 1), w = ConvolutionTests.Reals(g.WeightLength, 2);
                int length = (int)g.OutputLength;
                foreach (SimdVariant variant in ConvolutionTests.Vectorised)
                {
                    float[] y = new float[length + 2 * guard], dx = new float[length + 2 * guard];
                    Convolution.Forward<float>(variant, g, x, w, [], y.AsSpan(guard, length));
                    Convolution.InputGradient<float>(variant, g, x, w, dx.AsSpan(guard, length));
                    foreach (float[] output in (float[][])[y, dx])
                        Assert.False(output.AsSpan(0, guard).ContainsAnyExcept(0f) || output.AsSpan(guard + length).ContainsAnyExcept(0f), $"{kernel} {width} {variant}");
                }
            }
        }
    }

    [Fact]
    public void What_is_not_finite_stays_within_the_windows_that_see_it()
    {
        ConvolutionGeometry g = ConvolutionTests.Square(1, 3, 6, 21, 3, 5, 2) with { Groups = 3 };
        float[] x = ConvolutionTests.Reals(g.InputLength, 1), w = ConvolutionTests.Reals(g.WeightLength, 2), y = new float[g.OutputLength];
        x[g.InputPlane] = float.NaN;
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            Convolution.Forward<float>(variant, g, x, w, [], y);
            for (int i = 0; i < y.Length; i++)
            {
                int row = i % g.OutputPlane / g.OutputWidth, column = i % g.OutputWidth;
                Assert.Equal(i / g.OutputPlane == 1 && row <= 2 && column <= 2, float.IsNaN(y[i]));
            }
        }
    }

    [Fact]
    public void Gradients_in_one_pass_are_refused_where_there_is_no_kernel()
    {
        ConvolutionGeometry g = ConvolutionTests.Square(1, 2, 3, 3, 2, 3, 1);
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => Convolution.Gradients<float>(SimdVariant.Vector128, g, [], [], [], [], [], []));
        Assert.StartsWith("Convolution.Gradients: not to be had of ConvolutionGeometry", wrong.Message, StringComparison.Ordinal);
    }

    private static void Compare<T>(ConvolutionGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (g.OutputLength == 0) return;
        T[] x = ConvolutionTests.Integers<T>(g.InputLength, 1), w = ConvolutionTests.Integers<T>(g.WeightLength, 2);
        T[] dy = ConvolutionTests.Integers<T>(g.OutputLength, 3), bias = ConvolutionTests.Integers<T>(g.OutputChannels, 4);
        T[] start = ConvolutionTests.Integers<T>(g.WeightLength, 5), dw0 = [.. start];
        T[] y0 = new T[dy.Length], unbiased = new T[dy.Length], dx0 = new T[x.Length];
        Convolution.Forward<T>(SimdVariant.Reference, g, x, w, bias, y0);
        Convolution.Forward<T>(SimdVariant.Reference, g, x, w, [], unbiased);
        Convolution.InputGradient<T>(SimdVariant.Reference, g, dy, w, dx0);
        Convolution.WeightGradient<T>(SimdVariant.Reference, g, x, dy, dw0, accumulate: true);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            T[] y = ConvolutionTests.Marked<T>(dy.Length), dx = ConvolutionTests.Marked<T>(x.Length), dw = [.. start];
            Convolution.Forward<T>(variant, g, x, w, bias, y);
            Assert.Equal(y0, y);
            Convolution.Forward<T>(variant, g, x, w, [], y);
            Assert.Equal(unbiased, y);
            Convolution.Forward<T>(variant, g, x, w, bias, y, new ConvolutionOptions(Relu: true));
            Assert.Equal(y0.Select(value => T.Max(value, T.Zero)), y);
            Convolution.InputGradient<T>(variant, g, dy, w, dx);
            Assert.Equal(dx0, dx);
            Convolution.WeightGradient<T>(variant, g, x, dy, dw, accumulate: true);
            Assert.Equal(dw0, dw);
            if (!Convolution.FusesGradients<T>(variant, g)) continue;
            foreach ((bool ofInput, bool ofWeight, bool ofBias) in ((bool, bool, bool)[])[(true, true, true), (true, false, true), (false, true, false), (true, true, false)])
            {
                T[] dx1 = ofInput ? ConvolutionTests.Marked<T>(x.Length) : [], dw1 = ofWeight ? ConvolutionTests.Marked<T>(w.Length) : [];
                T[] db1 = ofBias ? ConvolutionTests.Marked<T>(g.OutputChannels) : [];
                Convolution.Gradients<T>(variant, g, ofWeight ? x : [], dy, ofInput ? w : [], dx1, dw1, db1);
                Assert.Equal(ofInput ? dx0 : [], dx1);
                Assert.Equal(ofWeight ? dw : [], ofWeight ? dw1.Zip(start, (change, from) => change + from).ToArray() : []);
                Assert.Equal(ofBias ? Sums(g, dy) : [], db1);
            }
        }
    }

    private static T[] Sums<T>(ConvolutionGeometry g, T[] dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] sums = new T[g.OutputChannels];
        for (int i = 0; i < dy.Length; i++) sums[i / g.OutputPlane % g.OutputChannels] += dy[i];
        return sums;
    }
}
