using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PositionsTests
{
    [Fact]
    public void Sines_and_cosines_of_falling_frequencies_alternate()
    {
        Tensor<double> y = Tensor.SinusoidalPositions<double>(7, 5);
        for (int t = 0; t < 7; t++)
        {
            for (int k = 0; k < 3; k++)
            {
                double angle = t / Math.Pow(10000, 2 * k / 5.0);
                Assert.Equal(Math.Sin(angle), y[t, 2 * k], 1e-14);
                if (2 * k + 1 < 5) Assert.Equal(Math.Cos(angle), y[t, 2 * k + 1], 1e-14);
            }
        }

        Assert.Equal((float)Math.Cos(2 / 10.0), Tensor.SinusoidalPositions<float>(3, 4, wavelength: 100)[2, 3], 1e-7f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rotated_pairs_keep_their_lengths_and_products_depend_on_distance_alone(bool interleaved)
    {
        Tensor<double> q = Expect.Values([1, 4], "q"), k = Expect.Values([1, 4], "k");
        double Product(int i, int j) => (q.RotaryPositions(i, interleaved: interleaved) * k.RotaryPositions(j, interleaved: interleaved)).Sum().Item();
        Assert.Equal(Product(3, 1), Product(10, 8), 1e-13);
        Assert.NotEqual(Product(3, 1), Product(3, 2), 1e-3);
        Expect.Close(q.Norm(), q.RotaryPositions(5, interleaved: interleaved).Norm());
        Expect.Close(q, q.RotaryPositions(0, interleaved: interleaved), 0);
    }

    [Fact]
    public void Pairs_are_neighbours_or_half_the_width_apart()
    {
        Tensor<double> x = Tensor.From(1.0, 2, 3, 4).Unsqueeze(0);
        (double slow, double fast) = (1 / Math.Sqrt(10000), 1);
        double[] Turned(double a, double b, double angle) => [a * Math.Cos(angle) - b * Math.Sin(angle), a * Math.Sin(angle) + b * Math.Cos(angle)];
        double[] first = Turned(1, 2, 2 * fast), second = Turned(3, 4, 2 * slow);
        Expect.Close([.. first, .. second], x.RotaryPositions(2, interleaved: true).ToArray(), 1e-15);
        (first, second) = (Turned(1, 3, 2 * fast), Turned(2, 4, 2 * slow));
        Expect.Close([first[0], second[0], first[1], second[1]], x.RotaryPositions(2).ToArray(), 1e-15);
        Expect.Close(x.RotaryPositions(2), Tensor.Concat([x, x, x], 0).RotaryPositions().Slice(0, 2, 3), 1e-15);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.RotaryPositions().Pow(2.0) * Expect.Values([3, 4], "f"), Expect.Values([2, 3, 4]));
        Expect.Gradients(x => x.RotaryPositions(1, 100, interleaved: true).Pow(2.0) * Expect.Values([3, 4], "f"), Expect.Values([3, 4]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("RotaryPositions: input [2, 3]; expected [.., L, D] with an even D.", () => Expect.Values([2, 3]).RotaryPositions());
        Expect.Throws<ArgumentOutOfRangeException>("RotaryPositions: base 0; it must be greater than 0.", () => Expect.Values([2, 4]).RotaryPositions(0, 0));
        Expect.Throws<ArgumentOutOfRangeException>("SinusoidalPositions: length -1, dimension 4, base 10000;", () => Tensor.SinusoidalPositions<float>(-1, 4));
        Expect.Empty(xs => xs[0].RotaryPositions(), [0, 4], new Shape(0, 4));
    }
}
