using WeightSharing.Checkpoints;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData(4.0, true)]
    [InlineData(4.0 + 4.9e-10, true)]
    [InlineData(4.0 + 5.1e-10, false)]
    [InlineData(4.0 - 5.1e-10, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    public void The_measure_is_relative_to_one_more_than_the_largest_value(double actual, bool agrees) =>
        Assert.Equal(agrees, Comparison.Difference("y", Tensor.From(1.0, actual), Expected, 1e-10) is null);

    [Fact]
    public void The_message_shows_where_and_how_much() => Assert.Equal(
        "grad_param.w [2, 2]: worst at [1, 0]: got 7, expected 3; |a − b| = 4.00E+000, allowed 5.00E-001 = 1.0E-001·(1 + max|b|)",
        Comparison.Difference("grad_param.w", Tensor.From([1.0, 2, 7, 4], [2, 2]), [1.0, 2, 3, 4], 0.1));

    [Fact]
    public void Another_shape_is_a_difference() =>
        Assert.Equal("y: shape [2, 1], expected [2]", Comparison.Difference("y", Tensor.From([1.0, 4], [2, 1]), Expected, 1));

    [Fact]
    public void Views_apply_from_left_to_right()
    {
        Tensor<double> x = Tensor.Arange<double>(12).Reshape(3, 4);
        Assert.Equal([0.0, 4, 8, 2, 6, 10], Views.Apply(x, "permute 1,0; slice 0 0 4 2").ToArray());
        Assert.Equal([3.0, 3, 7, 7, 11, 11], Views.Apply(x, "slice 1 -1 9 1; expand 3,2").ToArray());
        Assert.Equal([1, 3, 4], Views.Apply(x, "expand 1,-1,4").Shape.ToArray());
        Assert.Throws<FormatException>(() => Views.Apply(x, "flip 0"));
    }

    [Fact]
    public void Hyperparameters_are_read_or_reported()
    {
        var hp = new Hyperparameters(new Dictionary<string, string>
        {
            ["case"] = "c",
            ["hp.stride"] = "2,1",
            ["hp.lr"] = "1e-05",
            ["hp.ceil_mode"] = "true",
            ["hp.dims"] = "",
            ["hp.other"] = "x",
        });
        Assert.Equal(new Size2(2, 1), hp.Size("stride"));
        Assert.Equal(1e-5, hp.Real("lr"));
        Assert.True(hp.Flag("ceil_mode"));
        Assert.Empty(hp.List("dims")!);
        Assert.Equal(3, hp.Integer("absent", 3));
        Assert.Equal(["other"], hp.Unread);
        Assert.Throws<FormatException>(() => hp.Flag("lr"));
    }

    private static StoredTensor Expected => StoredTensor.From<double>("y", [2], [1, 4]);
}
