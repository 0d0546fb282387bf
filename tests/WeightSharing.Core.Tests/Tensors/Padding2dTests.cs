using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class Padding2dTests
{
    [Fact]
    public void Converts_from_a_number_and_from_height_and_width()
    {
        Padding2d all = 2, pair = (1, 3), none = default;
        Assert.Equal(Padding2d.Of(2, 2, 2, 2), all);
        Assert.Equal(Padding2d.Of(left: 3, right: 3, top: 1, bottom: 1), pair);
        Assert.Equal(Padding2d.None, none);
        Assert.Equal("left 3, right 3, top 1, bottom 1", pair.ToString());
    }

    [Fact]
    public void Same_keeps_the_extent_at_stride_one()
    {
        Assert.Equal("same", Padding2d.Same.ToString());
        Padding2d sides = Padding2d.Same.Resolve((3, 4), (2, 1));
        Assert.Equal(Padding2d.Of(left: 1, right: 2, top: 2, bottom: 2), sides);
        Assert.Equal(new Size2(5, 6), new Size2(5, 6).Windows((3, 4), padding: sides, dilation: (2, 1)));
    }

    [Fact]
    public void A_negative_side_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>(
            "Padding2d: left 0, right 0, top -1, bottom 0; none may be negative (crop with Slice).", () => Padding2d.Of(0, 0, -1, 0));
    }
}
