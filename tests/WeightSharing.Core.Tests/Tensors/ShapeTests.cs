using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class ShapeTests
{
    [Fact]
    public void Collections_numbers_and_the_default_value_are_shapes()
    {
        Shape written = [2, 3, 4], vector = 5, scalar = [];
        Assert.Equal((3, 24), (written.Rank, written.Count));
        Assert.Equal((1, 5), (vector.Rank, vector.Count));
        Assert.Equal((0, 1), (scalar.Rank, scalar.Count));
        Assert.Equal(scalar, default);
        Assert.Equal(1, default(Shape).Count);
        Assert.Equal([2, 3, 4], written.ToArray());
        Assert.Equal([2, 3, 4], written.Span.ToArray());
        var enumerated = new List<int>();
        foreach (int extent in written) enumerated.Add(extent);
        Assert.Equal([2, 3, 4], enumerated);
    }

    [Fact]
    public void Extents_count_from_both_ends()
    {
        Shape shape = [2, 3, 4];
        Assert.Equal(2, shape[0]);
        Assert.Equal(4, shape[-1]);
        Assert.Equal(2, shape[-3]);
        Assert.Equal(4, shape[^1]);
        Assert.Equal(2, shape[^3]);
    }

    [Fact]
    public void Equal_extents_are_equal_shapes_and_hash_alike()
    {
        Assert.True(new Shape(2, 3) == Shape.Of([2, 3]));
        Assert.True(new Shape(2, 3) != new Shape(3, 2));
        Assert.True(new Shape(2, 3) != new Shape(2, 3, 1));
        Assert.Equal(new Shape(2, 3).GetHashCode(), Shape.Of([2, 3]).GetHashCode());
        Assert.True(new Shape(2).Equals((object)new Shape(2)));
        Assert.False(new Shape(2).Equals((object)2));
    }

    [Fact]
    public void Edits_leave_the_original()
    {
        Shape shape = [2, 3, 4];
        Assert.Equal(new Shape(2, 4), shape.Without(1));
        Assert.Equal(new Shape(2, 3), shape.Without(-1));
        Assert.Equal(new Shape(2, 7, 4), shape.With(1, 7));
        Assert.Equal(new Shape(2, 3, 7), shape.With(-1, 7));
        Assert.Equal(new Shape(1, 2, 3, 4), shape.Insert(0, 1));
        Assert.Equal(new Shape(2, 3, 4, 1), shape.Insert(3, 1));
        Assert.Equal(new Shape(2, 3, 4, 5), shape.Concat(5));
        Assert.Equal(new Shape(3), shape.Slice(1, 2));
        Assert.Equal([], shape.Slice(1, 1));
        Assert.Equal(new Shape(2, 3, 4), shape);
    }

    [Fact]
    public void Text_is_a_list_of_extents()
    {
        Assert.Equal("[32, 784]", new Shape(32, 784).ToString());
        Assert.Equal("[]", default(Shape).ToString());
        Assert.Equal("[0]", new Shape(0).ToString());
    }

    [Fact]
    public void An_extent_of_zero_empties_the_largest_shape()
    {
        Shape late = [100_000, 100_000, 0], early = [0, int.MaxValue, int.MaxValue, int.MaxValue];
        Assert.Equal(0, late.Count);
        Assert.Equal(0, early.Count);
        Assert.Equal(0, Tensor.Zeros<float>(late).Count);
    }

    [Fact]
    public void The_largest_shape_has_as_many_elements_as_an_int_counts()
    {
        Assert.Equal(int.MaxValue, new Shape(int.MaxValue, 1).Count);
        Expect.Throws<ArgumentException>("Shape: [65536, 32768] has more than 2147483647 elements, the largest tensor.", () => new Shape(65536, 32768));
        Expect.Throws<ArgumentException>(
            "Shape: [2147483647, 2147483647, 2147483647, 2147483647] has more than 2147483647 elements",
            () => new Shape(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void What_is_no_shape_is_refused()
    {
        Expect.Throws<ArgumentException>("Shape: 9 dimensions; at most 8 are supported.", () => new Shape(1, 1, 1, 1, 1, 1, 1, 1, 1));
        Expect.Throws<ArgumentException>("Shape: extent -2 of dimension 1 is negative.", () => new Shape(3, -2));
    }

    [Fact]
    public void A_dimension_that_does_not_exist_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Shape: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => new Shape(2, 3)[2]);
        Expect.Throws<ArgumentOutOfRangeException>("Shape: dimension -3 does not exist in shape [2, 3]; expected -2 to 1.", () => new Shape(2, 3)[-3]);
        Expect.Throws<ArgumentOutOfRangeException>("Shape: dimension -1 of a scalar; a scalar has no dimensions.", () => default(Shape)[^1]);
        Expect.Throws<ArgumentOutOfRangeException>("Shape: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => new Shape(2, 3)[^0]);
        Expect.Throws<ArgumentOutOfRangeException>("Sum: dimension 5 does not exist in shape [2, 3]; expected -2 to 1.", () => new Shape(2, 3).Normalize(5, "Sum"));
    }

    [Fact]
    public void Broadcasting_aligns_at_the_last_dimension()
    {
        Assert.Equal(new Shape(2, 3), Shape.Broadcast([2, 3], [3], "Add"));
        Assert.Equal(new Shape(2, 3), Shape.Broadcast([2, 1], [1, 3], "Add"));
        Assert.Equal(new Shape(4, 2, 3), Shape.Broadcast([], [4, 2, 3], "Add"));
        Assert.Equal(new Shape(0, 3), Shape.Broadcast([1, 3], [0, 1], "Add"));
        Expect.Throws<ArgumentException>(
            "Add: shapes do not broadcast: left [2, 3] · right [2]; dimension -1 is 3 on the left and 2 on the right, they must be equal or one of them 1.",
            () => Shape.Broadcast([2, 3], [2], "Add"));
        Expect.Throws<ArgumentException>("Add: shapes do not broadcast: left [0] · right [2];", () => Shape.Broadcast([0], [2], "Add"));
    }

    [Fact]
    public void Broadcasting_is_symmetric_associative_and_reached_from_both_sides()
    {
        Gen<Shape> shapes = Gen.Int[0, 3].Array[0, 4].Select(extents => new Shape(extents));
        Gen.Select(shapes, shapes, shapes).Sample((a, b, c) =>
        {
            Shape? ab = Try(a, b), ba = Try(b, a);
            Assert.Equal(ab, ba);
            if (ab is { } both)
            {
                Assert.True(a.BroadcastsTo(both) && b.BroadcastsTo(both));
                Assert.Equal(a.BroadcastsTo(b), both == b);
                if (Try(both, c) is { } left && Try(b, c) is { } bc && Try(a, bc) is { } right) Assert.Equal(left, right);
            }
        });

        static Shape? Try(Shape left, Shape right)
        {
            try
            {
                return Shape.Broadcast(left, right, "law");
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void Dense_strides_are_row_major()
    {
        Span<int> strides = stackalloc int[3];
        new Shape(2, 3, 4).DenseStrides(strides);
        Assert.Equal([12, 4, 1], strides.ToArray());
    }
}
