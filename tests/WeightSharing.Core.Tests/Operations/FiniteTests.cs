using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class FiniteTests
{
    private static readonly Tensor<double> Sample = Tensor.From(1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0);

    [Fact]
    public void Every_kind_is_told_apart()
    {
        Assert.Equal([false, true, false, false, false], Sample.IsNaN().ToArray());
        Assert.Equal([false, false, true, true, false], Sample.IsInfinity().ToArray());
        Assert.Equal([true, false, false, false, true], Sample.IsFinite().ToArray());
    }

    [Fact]
    public void Others_become_numbers_and_get_no_gradient()
    {
        Assert.Equal([1, 0, double.MaxValue, double.MinValue, 0], Sample.NaNToNumber().ToArray());
        Tensor<double> x = Sample.Copy().RequireGradient();
        Tensor<double> y = x.NaNToNumber(7, 8, 9);
        Assert.Equal([1.0, 7, 8, 9, 0], y.ToArray());
        (y * y).Sum().Backward();
        Assert.Equal([2.0, 0, 0, 0, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Nearness_is_relative_to_the_second_and_infinities_equal_themselves()
    {
        Assert.Equal([true, false, true, true, true], Sample.IsClose(Sample).ToArray());
        Assert.Equal([true, true, true, true, true], Sample.IsClose(Sample, equalNaN: true).ToArray());
        Assert.Equal([false, false, false, false, true], Sample.IsClose(Tensor.Scalar(1e-9)).ToArray());
        Assert.False(Tensor.From(double.PositiveInfinity).AllClose(Tensor.From(1.0), relative: double.PositiveInfinity));
        Assert.False(Tensor.From(1.0).AllClose(Tensor.From(double.PositiveInfinity)));
        Assert.True(Tensor.From(100.0, 200).AllClose(Tensor.From(101.0, 202), relative: 0.0101));
        Assert.False(Tensor.From(100.0, 200).AllClose(Tensor.From(101.0, 202), relative: 0.0098, absolute: 0));
        Expect.Throws<ArgumentException>("IsClose: shapes do not broadcast", () => Sample.IsClose(Tensor.From(1.0, 2)));
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.NaNToNumber().Exp(), Expect.Values([2, 3]));
}
