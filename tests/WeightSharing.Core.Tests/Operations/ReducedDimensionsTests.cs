using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ReducedDimensionsTests
{
    [Fact]
    public void Shapes_counts_and_order_follow_from_the_dimensions()
    {
        var apart = new ReducedDimensions([2, 3, 4, 5], [-1, 1], "test");
        Assert.Equal(new Shape(2, 1, 4, 1), apart.Kept);
        Assert.Equal(new Shape(2, 4), apart.Squeezed);
        Assert.Equal((15, 8, false, false), (apart.Count, apart.Results, apart.AreAdjacent, apart.AreAll));
        Span<int> order = stackalloc int[Shape.MaximumRank];
        Assert.Equal(4, apart.WriteOrder(order));
        Assert.Equal([0, 2, 1, 3], order[..4].ToArray());
        var middle = new ReducedDimensions([2, 3, 4, 5], [2, 1], "test");
        Assert.Equal((1, 3, true), (middle.First, middle.End, middle.AreAdjacent));
    }

    [Fact]
    public void None_stands_for_all_also_of_a_scalar()
    {
        var all = new ReducedDimensions([2, 0, 4], [], "test");
        Assert.Equal((0, 1, true, true), (all.Count, all.Results, all.AreAll, all.AreAdjacent));
        Assert.Equal(0, all.Squeezed.Rank);
        foreach (int[] dimensions in (int[][])[[], [0], [-1]])
        {
            var scalar = new ReducedDimensions([], dimensions, "test");
            Assert.Equal((1, 1, true), (scalar.Count, scalar.Results, scalar.AreAll));
            Assert.Equal((0, 0), (scalar.Kept.Rank, scalar.Squeezed.Rank));
        }
    }

    [Fact]
    public void Dimensions_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("test: dimension -1 occurs twice in [1, -1].", () => new ReducedDimensions([2, 3], [1, -1], "test").Count);
        Expect.Throws<ArgumentOutOfRangeException>("test: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => new ReducedDimensions([2, 3], [2], "test").Count);
        Expect.Throws<ArgumentOutOfRangeException>("test: dimension 1 of a scalar", () => new ReducedDimensions([], [1], "test").Count);
    }
}
