using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MultinomialTests
{
    private static readonly RandomKey Key = RandomKey.Of(5);

    [Fact]
    public void Frequencies_approach_the_weights()
    {
        Tensor<int> drawn = Tensor.From(1.0, 0, 3, 6).Multinomial(20000, Key, replacement: true);
        double[] frequencies = [.. drawn.BinCount(4).ToArray().Select(count => count / 20000.0)];
        // Four standard deviations of the largest share are 0.014.
        Expect.Close([0.1, 0, 0.3, 0.6], frequencies, 0.014 / 1.6);
        Assert.Equal(0, frequencies[1]);
    }

    [Fact]
    public void Without_replacement_no_class_comes_twice_and_the_first_follows_the_weights()
    {
        Tensor<float> weights = Tensor.From(1f, 0, 3, 6);
        int[] first = new int[4];
        for (int i = 0; i < 4000; i++)
        {
            int[] drawn = weights.Multinomial(3, Key.Fork(i)).ToArray();
            Assert.Equal([0, 2, 3], drawn.Order());
            first[drawn[0]]++;
        }

        Expect.Close([0.1, 0, 0.3, 0.6], [.. first.Select(count => count / 4000.0)], 0.031 / 1.6);
    }

    [Fact]
    public void Rows_are_drawn_apart_and_a_key_repeats_its_draw()
    {
        Tensor<double> weights = Tensor.From(new double[,] { { 1, 0, 0 }, { 0, 0, 2 } });
        Assert.Equal([0, 0, 2, 2], weights.Multinomial(2, Key, replacement: true).ToArray());
        Assert.Equal([0, 2], weights.Multinomial(1, Key).ToArray());
        Assert.Equal([0, 0], weights.Transpose().Contiguous().Slice(0, 0, 1).Multinomial(2, Key, replacement: true).ToArray());
        Tensor<double> even = Tensor.Ones<double>(2, 50);
        Tensor<int> drawn = even.Multinomial(20, Key);
        Expect.Bitwise(drawn, even.Multinomial(20, Key));
        Assert.NotEqual(drawn.Select(0, 0).ToArray(), drawn.Select(0, 1).ToArray());
    }

    [Fact]
    public void What_is_no_weight_is_refused()
    {
        Expect.Throws<ArgumentException>("Multinomial: weight -1 of class 1 in row 0 of [2]; it must be finite and not negative.", () => Tensor.From(1f, -1).Multinomial(1, Key));
        Expect.Throws<ArgumentException>("Multinomial: weight NaN of class 0 in row 0 of [1];", () => Tensor.From(double.NaN).Multinomial(1, Key));
        Expect.Throws<ArgumentException>("Multinomial: 1 positive weights in row 0 of [2]; the draw needs 2.", () => Tensor.From(1f, 0).Multinomial(2, Key));
        Expect.Throws<ArgumentException>("Multinomial: 0 positive weights in row 0 of [2]; the draw needs 1.", () => Tensor.From(0f, 0).Multinomial(5, Key, replacement: true));
        Expect.Throws<ArgumentOutOfRangeException>("Multinomial: count -1; it must not be negative.", () => Tensor.From(1f, 0).Multinomial(-1, Key));
        Expect.Throws<ArgumentException>("Multinomial: the weights are a scalar;", () => Tensor.Scalar(1f).Multinomial(1, Key));
    }
}
