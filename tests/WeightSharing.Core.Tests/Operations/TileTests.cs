using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TileTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });

    [Fact]
    public void Copies_stand_side_by_side()
    {
        Assert.Equal([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6], Sample.Tile(1, 2).ToArray());
        Assert.Equal([1, 2, 1, 2], Tensor.From(1.0, 2).Tile(2, 1).ToArray());
        Assert.Equal(new Shape(2, 4, 3), Sample.Tile(2, 2, 1).Shape);
        Assert.Equal(new Shape(0, 3), Sample.Tile(0, 1).Shape);
    }

    [Fact]
    public void Fewer_counts_leave_the_first_dimensions_alone() => Expect.Close(Sample.Tile(1, 2), Sample.Tile(2), 0);

    [Fact]
    public void Elements_are_repeated_in_place() => Assert.Equal([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], Sample.RepeatInterleave(2, 1).ToArray());

    [Fact]
    public void What_leaves_at_one_end_enters_at_the_other()
    {
        Assert.Equal([3, 1, 2, 6, 4, 5], Sample.Roll(1, 1).ToArray());
        Assert.Equal([2, 3, 1, 5, 6, 4], Sample.Roll(-4, -1).ToArray());
        Assert.Same(Sample, Sample.Roll(6, 1));
    }

    [Fact]
    public void Dimensions_are_reversed()
    {
        Assert.Equal([3, 2, 1, 6, 5, 4], Sample.Flip(1).ToArray());
        Assert.Equal([6, 5, 4, 3, 2, 1], Sample.Flip().ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Tile(2, 3, 1).Pow(2.0) * Expect.Values([2, 6, 3], "factor"), Expect.Values([2, 3]));
        Expect.Gradients(x => x.RepeatInterleave(3, 0).Pow(2.0) * Expect.Values([6, 3], "factor"), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Roll(2, 1).Pow(2.0), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Flip(0).Pow(2.0), Expect.Values([2, 3]));
    }

    [Fact]
    public void Empty_tensors_stay_empty()
    {
        Expect.Empty(xs => xs[0].Tile(2, 2), [0, 6], new Shape(0, 3));
        Expect.Empty(xs => xs[0].RepeatInterleave(2, 0), [0, 3], new Shape(0, 3));
        Expect.Empty(xs => xs[0].Roll(1, 0).Flip(), [0, 3], new Shape(0, 3));
    }

    [Fact]
    public void Counts_and_dimensions_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Tile: counts [2, -1] for shape [2, 3]; none may be negative.", () => Sample.Tile(2, -1));
        Expect.Throws<ArgumentOutOfRangeException>("RepeatInterleave: count -1; it must not be negative.", () => Sample.RepeatInterleave(-1, 0));
        Expect.Throws<ArgumentOutOfRangeException>("Roll: dimension 2 does not exist", () => Sample.Roll(1, 2));
        Expect.Throws<ArgumentException>("Flip: dimension -1 occurs twice in [1, -1].", () => Sample.Flip(1, -1));
    }
}
