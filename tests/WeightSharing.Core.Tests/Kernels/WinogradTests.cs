using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>Winograd's algorithm against plain loops in double, and the size of its rounding on operands made to enlarge it.</summary>
public class WinogradTests
{
    // The project's measure: max |error| ≤ tolerance · (1 + max |y|).
    private const double SingleTolerance = 1e-5, DoubleTolerance = 1e-13;

    /// <summary>Channels around the vectors and panels, images around the tiles, paddings of all kinds, small and large batches.</summary>
    public static TheoryData<string> Shapes
    {
        get
        {
            var shapes = new TheoryData<string>();
            foreach (int channels in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48])
            {
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, channels, 6, 7, 5, 3, 1)));
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 6, 7, 6, channels, 3, 1)));
            }

            for (int size = 1; size <= 19; size++)
            {
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 17, size, 9, 18, 3, 1)));
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(3, 5, 8, size, 4, 3, 1)));
                shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(5, 4, size + 2, size + 2, 3, 3, 0)));
            }

            for (int i = 0; i < 16; i++)
            {
                ConvolutionGeometry g = ConvolutionTests.Square(2, 6, 6, 5, 8, 3, 0) with { Groups = i % 3 == 0 ? 2 : 1 };
                shapes.Add(ConvolutionTests.Text(
                    g with { PaddingTop = i % 4, PaddingBottom = i / 4, PaddingLeft = i / 2 % 4, PaddingRight = (3 * i + 1) % 4 }));
            }

            // Dilations of rows and columns, of every remainder of the phases, with windows that lie partly and wholly outside.
            foreach ((int rows, int columns) in ((int, int)[])[(1, 2), (2, 1), (2, 2), (3, 2), (2, 5), (7, 3)])
            {
                for (int size = 1; size <= 20; size += size < 9 ? 1 : 3)
                {
                    ConvolutionGeometry g = ConvolutionTests.Square(2, 5, size + 2, size, 6, 3, 0) with { DilationHeight = rows, DilationWidth = columns };
                    shapes.Add(ConvolutionTests.Text(g with { PaddingTop = rows, PaddingBottom = rows, PaddingLeft = columns, PaddingRight = columns }));
                    shapes.Add(ConvolutionTests.Text(g with
                    {
                        Batch = 1,
                        InputChannels = 18,
                        OutputChannels = 34,
                        Groups = 2,
                        PaddingTop = 2 * rows + size % 3,
                        PaddingBottom = size % 2,
                        PaddingLeft = size % 4,
                        PaddingRight = 2 * columns + 1,
                    }));
                }
            }

            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 3, 7, 300, 4, 3, 2) with { DilationWidth = 2 }));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 2, 9, 400, 3, 3, 3) with { DilationWidth = 90 }));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 3, 45, 46, 4, 3, 9) with { DilationHeight = 9, DilationWidth = 9 }));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(40, 4, 6, 6, 4, 3, 2) with { DilationHeight = 2, DilationWidth = 2 }));

            // Stride two: every remainder of the tiles, every parity of the padding, rows and columns that no window sees.
            for (int size = 1; size <= 21; size += size < 12 ? 1 : 3)
            {
                shapes.Add(Strided(ConvolutionTests.Square(2, 5, size + 2, size, 6, 3, 1)));
                shapes.Add(Strided(ConvolutionTests.Square(1, 18, size + 1, size + 3, 34, 3, 1) with { Groups = 2, PaddingTop = 0, PaddingRight = 2 }));
                shapes.Add(Strided(ConvolutionTests.Square(3, 4, 9, size + 2, 3, 3, 0) with { PaddingTop = size % 4, PaddingLeft = size % 5 }));
            }

            foreach (int channels in (int[])[1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48])
            {
                shapes.Add(Strided(ConvolutionTests.Square(2, channels, 6, 7, 5, 3, 1)));
                shapes.Add(Strided(ConvolutionTests.Square(1, 6, 7, 6, channels, 3, 1)));
            }

            shapes.Add(Strided(ConvolutionTests.Square(2, 3, 5, 270, 4, 3, 1)));
            shapes.Add(Strided(ConvolutionTests.Square(1, 2, 6, 521, 3, 3, 2)));
            shapes.Add(Strided(ConvolutionTests.Square(150, 4, 3, 3, 4, 3, 1)));
            shapes.Add(Strided(ConvolutionTests.Square(1, 130, 9, 9, 140, 3, 1)));

            // Rows of tiles longer than a chunk, and chunks that reach into many images.
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(2, 3, 5, 270, 4, 3, 1)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 2, 6, 521, 3, 3, 2)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(150, 4, 3, 3, 4, 3, 1)));
            shapes.Add(ConvolutionTests.Text(ConvolutionTests.Square(1, 130, 9, 9, 140, 3, 1)));
            return shapes;

            static string Strided(ConvolutionGeometry g) => ConvolutionTests.Text(g with { StrideHeight = 2, StrideWidth = 2 });
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_variant_agrees_with_the_reference(string shape)
    {
        ConvolutionGeometry g = ConvolutionTests.Parse(shape);
        Compare<float>(g, SingleTolerance / 4);
        Compare<double>(g, DoubleTolerance);
    }

    [Theory]
    [InlineData("constant", "constant")]
    [InlineData("alternating", "alternating")]
    [InlineData("constant", "alternating")]
    [InlineData("alternating", "constant")]
    [InlineData("spread", "normal")]
    [InlineData("normal", "spread")]
    [InlineData("spread", "spread")]
    [InlineData("spikes", "normal")]
    [InlineData("spikes", "alternating")]
    [InlineData("offset", "normal")]
    [InlineData("offset", "constant")]
    public void Rounding_stays_within_the_tolerance_on_hostile_operands(string inputs, string weights)
    {
        foreach ((int channels, int stride) in ((int, int)[])[(16, 1), (64, 1), (300, 1), (16, 2), (64, 2), (300, 2)])
        {
            ConvolutionGeometry g = ConvolutionTests.Square(1, channels, 14, 14, 16, 3, 1) with { StrideHeight = stride, StrideWidth = stride };
            float[] x = Hostile(inputs, g.InputLength, 1), w = Hostile(weights, g.WeightLength, 2);
            double[] expected = new double[g.OutputLength];
            Convolution.Forward<double>(SimdVariant.Reference, g, ConvolutionTests.Widen(x), ConvolutionTests.Widen(w), [], expected);
            foreach (SimdVariant variant in ConvolutionTests.Vectorised)
            {
                float[] y = new float[expected.Length];
                Run(variant, g, forward: true, relu: false, x, w, [], y);
                AssertClose(expected, y, SingleTolerance / 2, $"{variant} {inputs} {weights} {channels}, stride {stride}");
            }
        }
    }

    [Theory]
    [InlineData("constant", "constant")]
    [InlineData("alternating", "alternating")]
    [InlineData("spread", "spread")]
    [InlineData("spikes", "normal")]
    [InlineData("offset", "normal")]
    [InlineData("normal", "offset")]
    public void Rounding_of_input_gradients_stays_within_the_tolerance_on_hostile_operands(string gradients, string weights)
    {
        foreach ((int channels, int stride) in ((int, int)[])[(16, 1), (300, 1), (16, 2), (300, 2)])
        {
            ConvolutionGeometry g = ConvolutionTests.Square(1, 16, 14, 14, channels, 3, 1) with { StrideHeight = stride, StrideWidth = stride };
            float[] dy = Hostile(gradients, g.OutputLength, 1), w = Hostile(weights, g.WeightLength, 2);
            double[] expected = new double[g.InputLength];
            Convolution.InputGradient<double>(SimdVariant.Reference, g, ConvolutionTests.Widen(dy), ConvolutionTests.Widen(w), expected);
            foreach (SimdVariant variant in ConvolutionTests.Vectorised)
            {
                float[] dx = new float[expected.Length];
                Run(variant, g, forward: false, relu: false, dy, w, [], dx);
                AssertClose(expected, dx, SingleTolerance / 2, $"{variant} {gradients} {weights} {channels}, stride {stride}");
            }
        }
    }

    [Theory]
    [InlineData("constant", "constant")]
    [InlineData("alternating", "alternating")]
    [InlineData("constant", "alternating")]
    [InlineData("alternating", "constant")]
    [InlineData("spread", "normal")]
    [InlineData("normal", "spread")]
    [InlineData("spread", "spread")]
    [InlineData("spikes", "normal")]
    [InlineData("offset", "normal")]
    [InlineData("offset", "constant")]
    [InlineData("normal", "offset")]
    public void Rounding_of_weight_gradients_stays_within_the_tolerance_on_hostile_operands(string inputs, string gradients)
    {
        foreach ((int batch, int size, int stride) in ((int, int, int)[])[(1, 14, 1), (16, 7, 1), (4, 28, 1), (1, 14, 2), (4, 28, 2), (4, 56, 2)])
        {
            ConvolutionGeometry g = ConvolutionTests.Square(batch, 16, size, size, 16, 3, 1) with { StrideHeight = stride, StrideWidth = stride };
            float[] x = Hostile(inputs, g.InputLength, 1), dy = Hostile(gradients, g.OutputLength, 2);
            double[] expected = new double[g.WeightLength];
            Convolution.WeightGradient<double>(SimdVariant.Reference, g, ConvolutionTests.Widen(x), ConvolutionTests.Widen(dy), expected, accumulate: false);
            foreach (SimdVariant variant in ConvolutionTests.Vectorised)
            {
                float[] dw = new float[expected.Length];
                RunWeights(variant, g, x, dy, dw, accumulate: false);
                AssertClose(expected, dw, SingleTolerance / 2, $"{variant} {inputs} {gradients} {batch}×{size}², stride {stride}");
            }
        }
    }

    [Fact]
    public void What_is_negative_is_cut_off_on_request()
    {
        CheckRelu(ConvolutionTests.Square(2, 12, 9, 10, 19, 3, 1));
        CheckRelu(ConvolutionTests.Square(2, 12, 9, 10, 19, 3, 1) with { StrideHeight = 2, StrideWidth = 2 });
        CheckRelu(ConvolutionTests.Square(2, 12, 9, 10, 19, 3, 1) with { DilationHeight = 2, DilationWidth = 2 });
    }

    [Fact]
    public void Filters_transformed_before_give_the_same_bits()
    {
        foreach (int stride in (int[])[1, 2])
            CheckFilters(ConvolutionTests.Square(2, 40, 9, 10, 38, 3, 1) with { Groups = 2, StrideHeight = stride, StrideWidth = stride });
    }

    [Fact]
    public void It_is_chosen_by_shape_and_never_where_sums_must_be_direct()
    {
        ConvolutionGeometry g = ConvolutionTests.Square(2, 16, 9, 10, 16, 3, 1);
        Assert.True(Chosen(g));
        Assert.False(ConvolutionChoice.IsWinograd<float>(g, forward: true, new ConvolutionOptions(Direct: true)));
        Assert.False(Chosen(g with { InputChannels = 3 }));
        Assert.False(Chosen(g with { OutputChannels = 4 }));
        Assert.False(Chosen(g with { Groups = 16 }));
        Assert.True(Chosen(g with { StrideHeight = 2, StrideWidth = 2 }));
        Assert.False(Chosen(g with { StrideWidth = 2 }));
        Assert.False(Chosen(g with { StrideHeight = 3, StrideWidth = 3 }));
        Assert.False(Chosen(g with { StrideHeight = 2, StrideWidth = 2, DilationWidth = 2 }));
        Assert.True(Chosen(g with { DilationHeight = 2, DilationWidth = 2 }));
        Assert.False(Chosen(g with { DilationHeight = 4 }));
        Assert.False(Chosen(g with { DilationWidth = 3 }));
        Assert.False(Chosen(g with { KernelHeight = 5 }));
        Assert.False(Chosen(g with { KernelWidth = 1 }));

        static bool Chosen(ConvolutionGeometry g) => ConvolutionChoice.IsWinograd<float>(g, forward: true, default);
    }

    private static void CheckRelu(ConvolutionGeometry g)
    {
        float[] x = ConvolutionTests.Reals(g.InputLength, 1), w = ConvolutionTests.Reals(g.WeightLength, 2), bias = ConvolutionTests.Reals(g.OutputChannels, 3);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            float[] y = new float[g.OutputLength], cut = new float[g.OutputLength];
            Convolution.Forward<float>(variant, g, x, w, bias, y);
            Convolution.Forward<float>(variant, g, x, w, bias, cut, new ConvolutionOptions(Relu: true));
            Assert.Contains(y, value => value < 0);
            Assert.Equal(y.Select(value => Math.Max(value, 0)), cut);
        }
    }

    private static void CheckFilters(ConvolutionGeometry g)
    {
        float[] x = ConvolutionTests.Reals(g.InputLength, 1), w = ConvolutionTests.Reals(g.WeightLength, 2), dy = ConvolutionTests.Reals(g.OutputLength, 3);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            float[] y = new float[dy.Length], again = new float[dy.Length], dx = new float[x.Length], dxAgain = new float[x.Length];
            float[] forward = new float[Convolution.FilterLength<float>(variant, g, forward: true, default)];
            float[] backward = new float[Convolution.FilterLength<float>(variant, g, forward: false, default)];
            Assert.NotEmpty(forward);
            Convolution.TransformFilters<float>(variant, g, forward: true, default, w, forward);
            Convolution.TransformFilters<float>(variant, g, forward: false, default, w, backward);
            Convolution.Forward<float>(variant, g, x, w, [], y);
            Convolution.Forward<float>(variant, g, x, w, [], again, default, forward);
            Convolution.InputGradient<float>(variant, g, dy, w, dx);
            Convolution.InputGradient<float>(variant, g, dy, w, dxAgain, default, backward);
            Assert.Equal(y, again);
            Assert.Equal(dx, dxAgain);
            ArgumentException wrong = Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(variant, g, x, w, [], y, default, new float[7]));
            Assert.Equal($"Convolution: filters has 7 elements; the geometry needs {forward.Length}.", wrong.Message);
        }
    }

    private static void Compare<T>(ConvolutionGeometry g, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Values<T>(g.InputLength, 1), w = Values<T>(g.WeightLength, 2), dy = Values<T>(g.OutputLength, 3);
        T[] bias = Values<T>(g.OutputChannels, 4);
        double[] expected = new double[dy.Length], expectedDx = new double[x.Length], expectedDw = new double[w.Length];
        Convolution.WeightGradient<double>(SimdVariant.Reference, g, Widen(x), Widen(dy), expectedDw, accumulate: false);
        Convolution.Forward<double>(SimdVariant.Reference, g, Widen(x), Widen(w), Widen(bias), expected);
        Convolution.InputGradient<double>(SimdVariant.Reference, g, Widen(dy), Widen(w), expectedDx);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            T[] y = ConvolutionTests.Marked<T>(dy.Length), dx = ConvolutionTests.Marked<T>(x.Length);
            Run(variant, g, forward: true, relu: false, x, w, bias, y);
            Run(variant, g, forward: false, relu: false, dy, w, [], dx);
            AssertClose(expected, y, tolerance, $"{variant} forward {typeof(T).Name}");
            AssertClose(expectedDx, dx, tolerance, $"{variant} backward {typeof(T).Name}");
            T[] dw = ConvolutionTests.Marked<T>(w.Length), added = [.. w];
            RunWeights(variant, g, x, dy, dw, accumulate: false);
            RunWeights(variant, g, x, dy, added, accumulate: true);
            AssertClose(expectedDw, dw, tolerance, $"{variant} weights {typeof(T).Name}");
            AssertClose([.. expectedDw.Zip(w, (gradient, before) => gradient + double.CreateChecked(before))], added, tolerance, $"{variant} added weights");
        }
    }

    private static unsafe void RunWeights<T>(SimdVariant variant, ConvolutionGeometry g, T[] x, T[] dy, T[] dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, pdy = dy, pdw = dw) Winograd.WeightGradient(variant, g, px, pdy, pdw, accumulate);
    }

    private static unsafe void Run<T>(
        SimdVariant variant, ConvolutionGeometry g, bool forward, bool relu, T[] source, T[] weight, T[] bias, T[] destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] filters = ConvolutionTests.Marked<T>((int)Winograd.FilterLength<T>(variant, g, forward));
        fixed (T* from = source, w = weight, b = bias, f = filters, to = destination)
        {
            Winograd.TransformFilters(variant, g, forward, w, f);
            Winograd.Run(variant, g, forward, relu, from, f, b, to);
        }
    }

    private static T[] Values<T>(long count, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[count];
        for (int i = 0; i < values.Length; i++) values[i] = T.CreateChecked(random.NextDouble() - 0.5);
        return values;
    }

    /// <summary>Values without cancellation, with the most of it, of six decades of magnitude, of few large ones, and far from zero.</summary>
    private static float[] Hostile(string kind, long count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            double deviate = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(kind switch
            {
                "constant" => 1.1,
                "alternating" => i % 2 == 0 ? 1.1 : -1.1,
                "spread" => deviate * Math.Pow(10, 6 * random.NextDouble() - 3),
                "spikes" => random.Next(50) == 0 ? 1000 * deviate : deviate,
                "offset" => 10 + deviate,
                _ => deviate,
            });
        }

        return values;
    }

    private static double[] Widen<T>(T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(values, double.CreateChecked);

    private static void AssertClose<T>(double[] expected, T[] actual, double tolerance, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double bound = tolerance * (1 + expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - double.CreateChecked(actual[i])) <= bound, $"{what}: element {i}: expected {expected[i]}, got {actual[i]}, bound {bound}");
        }
    }
}
