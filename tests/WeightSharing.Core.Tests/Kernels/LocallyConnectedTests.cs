using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>Every variant against plain loops, on small integers, so that the comparison is for equality.</summary>
public class LocallyConnectedTests
{
    public static TheoryData<string> Shapes
    {
        get
        {
            var shapes = new TheoryData<string>();
            foreach (int extent in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33])
            {
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(extent, 2, 4, 5, 3, 3, 1)));
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(3, extent, 4, 5, 5, 3, 1)));
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(9, 3, 4, 5, extent, 2, 0)));
            }

            foreach (int kernel in (int[])[1, 2, 3, 5])
            {
                foreach (int stride in (int[])[1, 2, 3])
                {
                    foreach (int dilation in (int[])[1, 2])
                    {
                        ConvolutionGeometry g = ConvolutionTests.Square(3, 2, 11, 12, 4, kernel, 0) with
                        {
                            StrideHeight = stride,
                            StrideWidth = stride,
                            DilationHeight = dilation,
                            DilationWidth = dilation,
                        };
                        shapes.Add(ConvolutionTests.Text(g));
                        shapes.Add(ConvolutionTests.Text(g with { PaddingTop = 1, PaddingBottom = 3, PaddingLeft = 4 }));
                        shapes.Add(ConvolutionTests.Text(g with { KernelHeight = 1, PaddingRight = 5 }));
                    }
                }
            }

            for (int width = 1; width <= 40; width++) shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, 1 + width % 2, 3, width, 2, 3, 1)));
            foreach (int batch in (int[])[1, 3, 31, 33, 65])
            {
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(batch, 8, 5, 6, 16, 3, 1)));
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(batch, 1, 5, 6, 8, 3, 1)));
            }

            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, 2, 3, 2, 3, 3, 1) with { PaddingLeft = 7, PaddingTop = 5 }));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(40, 3, 9, 9, 6, 3, 1)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(0, 2, 5, 5, 3, 3, 1)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, 0, 5, 5, 3, 3, 1)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, 3, 5, 5, 0, 3, 1)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, 3, 2, 2, 4, 3, 0)));
            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryVariantEqualsTheReference(string shape)
    {
        ConvolutionGeometry g = ConvolutionTests.Parse(shape);
        CheckVariants<float>(g);
        CheckVariants<double>(g);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientsAreAdjoint(string shape)
    {
        // ⟨local(x, w), dy⟩ = ⟨x, dx⟩ = ⟨w, dw⟩
        ConvolutionGeometry g = ConvolutionTests.Parse(shape);
        double[] x = ConvolutionTests.Integers<double>(g.InputLength, 1), dy = ConvolutionTests.Integers<double>(g.OutputLength, 3);
        double[] w = ConvolutionTests.Integers<double>(g.OutputPlane * g.WeightLength, 2);
        double[] y = new double[dy.Length], dx = new double[x.Length], dw = new double[w.Length];
        LocallyConnected.Forward<double>(g, x, w, [], y);
        LocallyConnected.InputGradient<double>(g, dy, w, dx);
        LocallyConnected.WeightGradient<double>(g, x, dy, dw, accumulate: false);
        Assert.Equal(ConvolutionTests.Dot(y, dy), ConvolutionTests.Dot(x, dx));
        Assert.Equal(ConvolutionTests.Dot(y, dy), ConvolutionTests.Dot(w, dw));
    }

    [Fact]
    public void EqualFiltersMakeAConvolution()
    {
        ConvolutionGeometry g = ConvolutionTests.Square(5, 3, 8, 9, 4, 3, 1);
        double[] x = ConvolutionTests.Integers<double>(g.InputLength, 1), w = ConvolutionTests.Integers<double>(g.WeightLength, 2);
        double[] bias = ConvolutionTests.Integers<double>(g.OutputChannels, 3);
        double[] shared = new double[g.OutputLength], local = new double[g.OutputLength];
        Convolution.Forward<double>(g, x, w, bias, shared);
        double[] filters = [.. Enumerable.Range(0, g.OutputPlane).SelectMany(_ => w)];
        double[] biases = [.. Enumerable.Range(0, g.OutputPlane).SelectMany(_ => bias)];
        LocallyConnected.Forward<double>(g, x, filters, biases, local);
        Assert.Equal(shared, local);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        ConvolutionGeometry g = ConvolutionTests.Square(20, 6, 24, 23, 10, 3, 1);
        float[] x = ConvolutionTests.Reals(g.InputLength, 1), w = ConvolutionTests.Reals(g.OutputPlane * g.WeightLength, 2);
        float[] dy = ConvolutionTests.Reals(g.OutputLength, 3);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            (float[] Y, float[] Dx, float[] Dw)? first = null;
            foreach (int threads in (int[])[1, 2, 3, 8])
            {
                using Parallelism.Scope scope = Parallelism.Limit(threads);
                (float[] Y, float[] Dx, float[] Dw) result = (new float[dy.Length], new float[x.Length], new float[w.Length]);
                LocallyConnected.Forward<float>(variant, g, x, w, [], result.Y);
                LocallyConnected.InputGradient<float>(variant, g, dy, w, result.Dx);
                LocallyConnected.WeightGradient<float>(variant, g, x, dy, result.Dw, accumulate: false);
                first ??= result;
                Assert.Equal(first.Value.Y, result.Y);
                Assert.Equal(first.Value.Dx, result.Dx);
                Assert.Equal(first.Value.Dw, result.Dw);
            }
        }
    }

    [Fact]
    public void GroupsAreRefused()
    {
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => LocallyConnected.Forward<float>(
            ConvolutionTests.Square(1, 2, 3, 3, 2, 3, 1) with { Groups = 2 }, new float[18], new float[162], [], new float[18]));
        Assert.Equal("LocallyConnected.Forward: groups is 2; a locally connected layer has 1.", wrong.Message);
    }

    private static void CheckVariants<T>(in ConvolutionGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = ConvolutionTests.Integers<T>(g.InputLength, 1), dy = ConvolutionTests.Integers<T>(g.OutputLength, 3);
        T[] w = ConvolutionTests.Integers<T>(g.OutputPlane * g.WeightLength, 2), start = ConvolutionTests.Integers<T>(w.Length, 5);
        T[] bias = ConvolutionTests.Integers<T>(g.OutputPlane * g.OutputChannels, 4);
        T[] y0 = ConvolutionTests.Marked<T>(dy.Length), y1 = ConvolutionTests.Marked<T>(dy.Length);
        T[] dx0 = ConvolutionTests.Marked<T>(x.Length), dw0 = ConvolutionTests.Marked<T>(w.Length), dw1 = [.. start];
        LocallyConnected.Forward<T>(SimdVariant.Reference, g, x, w, bias, y0);
        LocallyConnected.Forward<T>(SimdVariant.Reference, g, x, w, [], y1);
        LocallyConnected.InputGradient<T>(SimdVariant.Reference, g, dy, w, dx0);
        LocallyConnected.WeightGradient<T>(SimdVariant.Reference, g, x, dy, dw0, accumulate: false);
        LocallyConnected.WeightGradient<T>(SimdVariant.Reference, g, x, dy, dw1, accumulate: true);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            T[] y = ConvolutionTests.Marked<T>(dy.Length), dx = ConvolutionTests.Marked<T>(x.Length);
            T[] dw = ConvolutionTests.Marked<T>(w.Length);
            LocallyConnected.Forward<T>(variant, g, x, w, bias, y);
            Assert.Equal(y0, y);
            LocallyConnected.Forward<T>(variant, g, x, w, [], y);
            Assert.Equal(y1, y);
            LocallyConnected.InputGradient<T>(variant, g, dy, w, dx);
            Assert.Equal(dx0, dx);
            LocallyConnected.WeightGradient<T>(variant, g, x, dy, dw, accumulate: false);
            Assert.Equal(dw0, dw);
            dw = [.. start];
            LocallyConnected.WeightGradient<T>(variant, g, x, dy, dw, accumulate: true);
            Assert.Equal(dw1, dw);
            foreach ((bool ofInput, bool ofWeight, bool ofBias) in ((bool, bool, bool)[])[(true, true, true), (true, false, true), (false, true, false), (false, false, true)])
            {
                T[] dx2 = ofInput ? ConvolutionTests.Marked<T>(x.Length) : [], dw2 = ofWeight ? ConvolutionTests.Marked<T>(w.Length) : [];
                T[] db = ofBias ? ConvolutionTests.Marked<T>(bias.Length) : [];
                LocallyConnected.Gradients<T>(variant, g, ofWeight ? x : [], dy, ofInput ? w : [], dx2, dw2, db);
                Assert.Equal(ofInput ? dx0 : [], dx2);
                Assert.Equal(ofWeight ? dw0 : [], dw2);
                Assert.Equal(ofBias ? Sums(g, dy) : [], db);
            }
        }
    }

    private static T[] Sums<T>(ConvolutionGeometry g, T[] dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] sums = new T[g.OutputPlane * g.OutputChannels];
        for (int i = 0; i < dy.Length; i++) sums[i % g.OutputPlane * g.OutputChannels + i / g.OutputPlane % g.OutputChannels] += dy[i];
        return sums;
    }
}
