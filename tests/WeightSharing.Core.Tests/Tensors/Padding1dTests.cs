using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class Padding1dTests
{
    [Fact]
    public void Converts_from_a_number_and_from_a_pair()
    {
        Padding1d both = 2, each = (1, 3);
        Assert.Equal((2, 2), (both.Left, both.Right));
        Assert.Equal((1, 3), (each.Left, each.Right));
        Assert.Equal(Padding1d.Of(1, 3), each);
        Assert.Equal("left 1, right 3", each.ToString());
        Assert.Equal((0, 0), (default(Padding1d).Left, default(Padding1d).Right));
    }

    [Theory]
    [InlineData(1, 1, 0, 0)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(4, 1, 1, 2)]
    [InlineData(3, 2, 2, 2)]
    [InlineData(2, 3, 1, 2)]
    public void Same_puts_the_smaller_half_on_the_left(int kernel, int dilation, int left, int right)
    {
        Assert.True(Padding1d.Same.IsSame);
        Assert.Equal("same", Padding1d.Same.ToString());
        Padding1d resolved = Padding1d.Same.Resolve(kernel, dilation);
        Assert.False(resolved.IsSame);
        Assert.Equal((left, right), (resolved.Left, resolved.Right));
    }

    [Fact]
    public void Given_sides_stay_as_they_are()
    {
        Assert.Equal(Padding1d.Of(5, 0), Padding1d.Of(5, 0).Resolve(3, 1));
    }

    [Fact]
    public void A_negative_side_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Padding1d: left 1, right -1; none may be negative (crop with Slice).", () => Padding1d.Of(1, -1));
    }
}
