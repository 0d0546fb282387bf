using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class SegmentsTests
{
    [Fact]
    public void Lengths_and_starts_are_two_ways_to_say_the_same()
    {
        Segments segments = Segments.FromLengths(2, 0, 3);
        Assert.Equal([0, 2, 2, 5], segments.Starts.ToArray());
        Assert.Equal([0, 2, 2, 5], Segments.FromStarts(segments.Starts).Starts.ToArray());
        Assert.Equal((3, 5, 3), (segments.Count, segments.Total, segments.Length(2)));
        Assert.Equal([0, 0, 2, 2, 2], segments.Owners());
        Assert.Equal("3 segments of 5 rows", segments.ToString());
        Assert.Equal(0, Segments.FromLengths().Count);
    }

    [Fact]
    public void Starts_that_are_none_are_refused()
    {
        Expect.Throws<ArgumentException>("Segments: the starts must begin with 0, and end with the number of rows.", () => Segments.FromStarts([]));
        Expect.Throws<ArgumentException>("Segments: the starts must begin with 0, and end with the number of rows.", () => Segments.FromStarts([1, 2]));
        Expect.Throws<ArgumentException>("Segments: start 2 is 1 after 2; starts must not descend.", () => Segments.FromStarts([0, 2, 1]));
        Expect.Throws<ArgumentException>("Segments: length 1 is -1; it must be at least 0.", () => Segments.FromLengths(2, -1));
    }
}
