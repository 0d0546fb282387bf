using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class RandomKeyTests
{
    [Fact]
    public void An_element_depends_on_the_key_and_its_index_alone()
    {
        RandomKey key = RandomKey.Of(3).Fork("weight");
        float[] longer = Tensor.Normal<float>(1000, key).ToArray();
        foreach (int length in (int[])[0, 1, 3, 4, 5, 63, 64, 65, 999]) Assert.Equal(longer[..length], Tensor.Normal<float>(length, key).ToArray());
        double[] uniform = Tensor.Uniform<double>(1000, key).ToArray();
        foreach (int length in (int[])[0, 1, 3, 4, 5, 63, 64, 65, 999]) Assert.Equal(uniform[..length], Tensor.Uniform<double>(length, key).ToArray());
    }

    [Fact]
    public void Equal_paths_give_equal_keys_and_different_ones_different()
    {
        RandomKey root = RandomKey.Of(1);
        Assert.Equal(root.Fork("a").Fork(2), RandomKey.Of(1).Fork("a").Fork(2));
        RandomKey[] keys = [root, RandomKey.Of(2), root.Fork("a"), root.Fork("b"), root.Fork(""), root.Fork("a").Fork("b"), root.Fork("b").Fork("a"), root.Fork(0), root.Fork(1), root.Fork(-1)];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Keys_are_the_same_in_every_process()
    {
        // FNV-1a and SplitMix64 by hand: a saved model must draw the same numbers after an update of the runtime.
        Assert.Equal(0x910A2DEC89025CC1ul, RandomKey.Of(1).Value);
        ulong basis = 14695981039346656037, hash = (basis ^ 'w') * 1099511628211;
        ulong mixed = (RandomKey.Of(1).Value ^ hash) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        Assert.Equal(mixed ^ (mixed >> 31), RandomKey.Of(1).Fork("w").Value);
    }

    [Fact]
    public void Below_is_uniform_over_the_bound()
    {
        RandomKey key = RandomKey.Of(5);
        var counts = new int[7];
        for (ulong i = 0; i < 7000; i++) counts[key.Below(7, i)]++;
        // Six standard deviations around 1000.
        Assert.All(counts, count => Assert.InRange(count, 1000 - 176, 1000 + 176));
        Assert.Equal(0, key.Below(1, 99));
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Below(0));
    }

    [Fact]
    public void Uniform_numbers_lie_in_the_unit_interval_with_its_moments()
    {
        RandomKey key = RandomKey.Of(6);
        double[] drawn = [.. Enumerable.Range(0, 10_000).Select(i => key.Uniform((ulong)i))];
        Assert.All(drawn, value => Assert.InRange(value, 0, 1 - 1e-16));
        Assert.InRange(drawn.Average(), 0.5 - 0.018, 0.5 + 0.018);
    }

    [Fact]
    public void Filled_spans_have_the_moments_asked_for()
    {
        const int Count = 100_000;
        var values = new double[Count];
        RandomKey key = RandomKey.Of(8);
        key.FillNormal<double>(values, mean: 3, standardDeviation: 2);
        (double mean, double variance) = Moments(values);
        Assert.InRange(mean, 3 - 0.04, 3 + 0.04);
        Assert.InRange(variance, 4 - 0.11, 4 + 0.11);

        key.FillUniform<double>(values, low: -1, high: 5);
        Assert.All(values, value => Assert.InRange(value, -1, 5));
        (mean, variance) = Moments(values);
        Assert.InRange(mean, 2 - 0.033, 2 + 0.033);
        Assert.InRange(variance, 3 - 0.06, 3 + 0.06);

        key.FillBernoulli<double>(values, 0.3);
        Assert.All(values, value => Assert.True(value is 0 or 1));
        Assert.InRange(values.Average(), 0.3 - 0.009, 0.3 + 0.009);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void A_certain_event_is_certain(double probability)
    {
        var values = new float[1000];
        RandomKey.Of(1).FillBernoulli<float>(values, probability);
        Assert.All(values, value => Assert.Equal((float)probability, value));
    }

    [Fact]
    public void A_probability_outside_zero_to_one_is_refused()
    {
        foreach (double probability in (double[])[-0.1, 1.1, double.NaN])
        {
            Expect.Throws<ArgumentOutOfRangeException>($"FillBernoulli: probability {probability}; expected 0 to 1.", () => RandomKey.Of(1).FillBernoulli<float>(new float[1], probability));
        }
    }

    private static (double Mean, double Variance) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, values.Average(value => (value - mean) * (value - mean)));
    }
}
