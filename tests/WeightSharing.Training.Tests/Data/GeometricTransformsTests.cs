using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class GeometricTransformsTests
{
    private static readonly int[] Two = [0, 1];

    [Fact]
    public void A_flip_mirrors_all_channels_alike_or_leaves_the_image()
    {
        Tensor<float> images = Tensor.Arange<float>(24).Reshape(2, 2, 2, 3);
        float[] before = images.ToArray(), mirrored = images.Flip(-1).ToArray();
        var seen = new HashSet<(bool, bool)>();
        for (int epoch = 0; epoch < 30; epoch++)
        {
            float[] after = new RandomFlip<float>().Apply(images, Two, RandomKey.Of(epoch)).ToArray();
            bool[] flipped = [.. Two.Select(n => after[n * 12] != before[n * 12])];
            for (int i = 0; i < 24; i++) Assert.Equal((flipped[i / 12] ? mirrored : before)[i], after[i]);
            seen.Add((flipped[0], flipped[1]));
        }

        Assert.Equal(4, seen.Count);
        Assert.Equal(before, new RandomFlip<float>(0).Apply(images, Two, RandomKey.Of(1)).ToArray());
        Assert.Equal(mirrored, new RandomFlip<float>(1).Apply(images, Two, RandomKey.Of(1)).ToArray());
    }

    [Fact]
    public void A_rotation_keeps_the_centre_and_the_mean_of_a_round_image_and_fills_with_its_value()
    {
        // A linear ramp turned by any angle is a linear ramp: bilinear interpolation is exact on it, inside.
        var ramp = new double[81];
        for (int i = 0; i < 81; i++) ramp[i] = 2 * (i / 9 - 4) + (i % 9 - 4);
        Tensor<double> images = Tensor.From(ramp).Reshape(1, 1, 9, 9);
        for (int epoch = 0; epoch < 20; epoch++)
        {
            double[] turned = new RandomRotation<double>(180, fill: 100).Apply(images, Two.AsSpan(0, 1), RandomKey.Of(epoch)).ToArray();
            Assert.Equal(0, turned[40], 1e-12);
            // f = 2y + x becomes a·y + b·x with a² + b² = 5; its values are read off next to the centre.
            (double a, double b) = (turned[49], turned[41]);
            Assert.Equal(5, a * a + b * b, 1e-9);
            for (int y = -2; y <= 2; y++)
            {
                for (int x = -2; x <= 2; x++) Assert.Equal(a * y + b * x, turned[(y + 4) * 9 + x + 4], 1e-9);
            }
        }

        Assert.Equal(ramp, new RandomRotation<double>(0).Apply(images, Two.AsSpan(0, 1), RandomKey.Of(1)).ToArray());
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise_as_displayed()
    {
        // The only angle that takes the pixel right of the centre to the one above it, found among many draws.
        var image = new double[25];
        image[13] = 1;
        double nearest = 0;
        RandomKey best = default;
        for (int seed = 0; seed < 4000; seed++)
        {
            double angle = 2 * RandomKey.Of(seed).Fork(0).Uniform() - 1;
            if (Math.Abs(angle - 0.5) < Math.Abs(nearest - 0.5)) (nearest, best) = (angle, RandomKey.Of(seed));
        }

        double[] turned = new RandomRotation<double>(180).Apply(Tensor.From(image).Reshape(1, 5, 5), Two.AsSpan(0, 1), best).ToArray();
        Assert.True(turned[7] > 0.98, $"{turned[7]}");
    }

    [Fact]
    public void By_a_right_angle_every_pixel_comes_from_one_pixel()
    {
        Tensor<double> image = Tensor.Arange<double>(18).Reshape(2, 1, 3, 3), turned = RandomRotation<double>.By(image, 90);
        // Counter-clockwise: the last column becomes the first row.
        double[] expected = [2, 5, 8, 1, 4, 7, 0, 3, 6, 11, 14, 17, 10, 13, 16, 9, 12, 15];
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], turned.ToArray()[i], 1e-12);
    }

    [Fact]
    public void Bad_arguments_say_what_is_expected()
    {
        Assert.Contains("maximum 181; expected 0 to 180 degrees", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomRotation<float>(181)).Message, StringComparison.Ordinal);
        Assert.Contains("probability 2; expected 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomFlip<float>(2)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "RandomFlip: inputs [2, 3]; expected [N, .., height, width]",
            Assert.Throws<ArgumentException>(() => new RandomFlip<float>().Apply(Tensor.Zeros<float>([2, 3]), Two, RandomKey.Of(1))).Message, StringComparison.Ordinal);
    }
}
