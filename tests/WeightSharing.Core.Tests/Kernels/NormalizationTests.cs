using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class NormalizationTests
{
    [Fact]
    public void Groups_get_mean_zero_and_variance_one()
    {
        double[] x = [1, 2, 10, 10, 3, 6, 20, 40], y = new double[8], mean = new double[2], variance = new double[2];
        Normalization.Forward<double>(2, 2, 2, x, [], [], false, 0, y, mean, variance);
        Assert.Equal([3, 20], mean);
        Assert.Equal([3.5, 150], variance);
        for (int g = 0; g < 2; g++)
        {
            double[] group = [y[2 * g], y[2 * g + 1], y[4 + 2 * g], y[5 + 2 * g]];
            Assert.Equal(0, group.Sum(), 1e-14);
            Assert.Equal(4, group.Sum(v => v * v), 1e-14);
        }
    }

    [Fact]
    public void Weights_go_by_group_or_by_element()
    {
        double[] x = [-1, 1, -1, 1], y = new double[4], mean = new double[2], variance = new double[2];
        Normalization.Forward<double>(1, 2, 2, x, [2, 3], [10, 20], false, 0, y, mean, variance);
        Assert.Equal([8, 12, 17, 23], y);
        Normalization.Forward<double>(1, 2, 2, x, [2, 3], [10, 20], true, 0, y, mean, variance);
        Assert.Equal([8, 23, 8, 23], y);
        Assert.Equal([0, 0], mean);
        Assert.Equal([1, 1], variance);
    }

    [Fact]
    public void Gradients_of_weight_and_bias_go_by_group_or_by_element()
    {
        double[] x = [-1, 1, -1, 1], dy = [1, 2, 3, 5], dx = new double[4], dw = new double[2], db = new double[2];
        Normalization.Backward<double>(1, 2, 2, dy, x, [2, 3], false, [0, 0], [1, 1], 0, dx, dw, db);
        Assert.Equal([1, 2], dw);
        Assert.Equal([3, 8], db);
        Assert.All(dx, slope => Assert.Equal(0, slope, 1e-15));
        Normalization.Backward<double>(1, 2, 2, dy, x, [2, 3], true, [0, 0], [1, 1], 0, dx, dw, db);
        Assert.Equal([-4, 7], dw);
        Assert.Equal([4, 7], db);
    }
}
