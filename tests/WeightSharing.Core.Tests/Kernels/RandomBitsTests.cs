using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class RandomBitsTests
{
    // Random123's known answers for philox4x32-10.
    [Fact]
    public void Philox_gives_the_published_answers()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), RandomBits.Philox(0, 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), RandomBits.Philox(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u), RandomBits.Philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e));
    }

    [Fact]
    public void An_element_depends_on_its_position_alone()
    {
        Prefixes<float>((k, c, y) => RandomBits.Uniform(k, c, y.AsSpan()));
        Prefixes<double>((k, c, y) => RandomBits.Uniform(k, c, y.AsSpan()));
        Prefixes<float>((k, c, y) => RandomBits.Normal(k, c, y.AsSpan()));
        Prefixes<double>((k, c, y) => RandomBits.Normal(k, c, y.AsSpan()));
        Prefixes<float>((k, c, y) => RandomBits.Bernoulli(k, c, 0.3f, y.AsSpan()));

        static void Prefixes<T>(Action<ulong, ulong, T[]> fill)
        {
            T[] all = new T[50], other = new T[50];
            fill(11, 22, all);
            for (int n = 0; n < 50; n++)
            {
                var y = new T[n];
                fill(11, 22, y);
                Assert.Equal(all[..n], y);
            }

            fill(12, 22, other);
            Assert.NotEqual(all, other);
            fill(11, 23, other);
            Assert.NotEqual(all, other);
        }
    }

    [Fact]
    public void Long_spans_have_the_same_bits_for_any_number_of_threads()
    {
        float[] one = new float[200_003], many = new float[one.Length];
        using (Parallelism.Limit(1)) RandomBits.Normal<float>(5, 6, one);
        using (Parallelism.Limit(3)) RandomBits.Normal<float>(5, 6, many);
        Assert.Equal(one, many);
    }

    [Fact]
    public void Moments_are_those_of_the_distributions()
    {
        const int n = 200_000;
        var x = new double[n];
        RandomBits.Uniform<double>(1, 2, x);
        Assert.All(x, v => Assert.InRange(v, 0, Math.BitDecrement(1.0)));
        Assert.Equal(0.5, x.Average(), 4 * Math.Sqrt(1.0 / 12 / n));
        Assert.Equal(1.0 / 12, x.Average(v => (v - 0.5) * (v - 0.5)), 0.001);

        RandomBits.Normal<double>(1, 2, x);
        Assert.Equal(0, x.Average(), 4 / Math.Sqrt(n));
        Assert.Equal(1, x.Average(v => v * v), 0.015);
        Assert.Equal(3, x.Average(v => v * v * v * v), 0.12);
        Assert.Equal(0, x.Zip(x.Skip(1), (a, b) => a * b).Average(), 4 / Math.Sqrt(n));

        RandomBits.Bernoulli(1, 2, 0.3, x.AsSpan());
        Assert.All(x, v => Assert.True(v is 0 or 1));
        Assert.Equal(0.3, x.Average(), 4 * Math.Sqrt(0.21 / n));
        RandomBits.Bernoulli(1, 2, 1.0, x.AsSpan());
        Assert.All(x, v => Assert.Equal(1.0, v));
        RandomBits.Bernoulli(1, 2, 0.0, x.AsSpan());
        Assert.All(x, v => Assert.Equal(0.0, v));
    }

    [Fact]
    public void Floats_are_below_one_and_fill_their_grid()
    {
        var x = new float[100_000];
        RandomBits.Uniform<float>(3, 4, x);
        Assert.All(x, v => Assert.InRange(v, 0, MathF.BitDecrement(1f)));
        Assert.Contains(x, v => (v * 16777216f) % 2 == 1);
        RandomBits.Normal<float>(3, 4, x);
        Assert.All(x, v => Assert.True(float.IsFinite(v)));
    }
}
