using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class PlanarGroupTests
{
    [Fact]
    public void Elements_turn_and_mirror_as_documented()
    {
        Tensor<double> x = Measure.Values([2, 3, 3]);
        for (int g = 0; g < 8; g++) Assert.Equal(Measure.Moved(x, g).ToArray(), PlanarGroup.P4M.OnPlane(3).Apply(g, x).ToArray());
        for (int r = 0; r < 4; r++) Assert.Equal(Measure.Rot90(x, r).ToArray(), PlanarGroup.P4.OnPlane(3).Apply(r, x).ToArray());
        Tensor<double> wide = Measure.Values([2, 4]);
        Assert.Equal(wide.ToArray().Reverse(), PlanarGroup.P2.OnPlane((2, 4)).Apply(1, wide).ToArray());
        Assert.Equal(Measure.Mirror(wide).ToArray(), PlanarGroup.PM.OnPlane((2, 4)).Apply(1, wide).ToArray());
        Assert.Equal(["as it is", "rotated 90°", "rotated 180°", "rotated 270°", "mirrored", "mirrored, rotated 90°", "mirrored, rotated 180°", "mirrored, rotated 270°"],
            Enumerable.Range(0, 8).Select(PlanarGroup.P4M.NameOf));
        Assert.Equal([2, 2, 4, 8], PlanarGroup.All.Select(group => group.Group.Order));
    }

    // A quarter turn of maps over p4 turns each and moves it one place along the group.
    [Fact]
    public void Maps_over_the_group_move_along_it()
    {
        Tensor<double> y = Measure.Values([1, 2, 4, 3, 3]), turned = PlanarGroup.P4.OnGroupMaps(2, 3).Apply(1, y);
        for (int r = 0; r < 4; r++) Assert.Equal(Measure.Rot90(y.Select(2, (r + 3) % 4)).ToArray(), turned.Select(2, r).ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Filters_are_the_pictures_of_the_filter_at_the_identity(int kernel)
    {
        foreach (PlanarGroup group in (PlanarGroup[])[PlanarGroup.P4, PlanarGroup.P4M])
        {
            int order = group.Order;
            Tensor<double> w = Measure.Values([2, kernel, kernel]), lifted = group.LiftingFilters(2, kernel).Expand(w);
            Tensor<double> v = Measure.Values([2, order, kernel, kernel]), joined = group.GroupFilters(2, kernel).Expand(v);
            Assert.Equal(new Shape(order, 2, order, kernel, kernel), joined.Shape);
            for (int g = 0; g < order; g++)
            {
                Assert.Equal(Measure.Moved(w, g).ToArray(), lifted.Select(0, g).ToArray());
                for (int h = 0; h < order; h++)
                {
                    int source = group.Group.Multiply(group.Group.Inverse(g), h);
                    Assert.Equal(Measure.Moved(v.Select(1, source), g).ToArray(), joined.Select(0, g).Select(1, h).ToArray());
                }
            }
        }
    }

    [Fact]
    public void Quarter_turns_need_square_planes()
    {
        Assert.Contains("p4: a quarter turn makes a plane of 2×3 one of 3×2", Assert.Throws<ArgumentException>(() => PlanarGroup.P4.OnPlane((2, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("element 4; there are 0 to 3", Assert.Throws<ArgumentOutOfRangeException>(() => PlanarGroup.P4.NameOf(4)).Message, StringComparison.Ordinal);
    }
}
