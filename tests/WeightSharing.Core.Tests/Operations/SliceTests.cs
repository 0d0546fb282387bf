using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SliceTests
{
    [Fact]
    public void Bounds_count_from_both_ends_and_are_clipped()
    {
        Tensor<int> x = Tensor.Arange<int>(6);
        Assert.Equal([1, 2, 3], x.Slice(0, 1, 4).ToArray());
        Assert.Equal([1, 3, 5], x.Slice(0, 1, 6, 2).ToArray());
        Assert.Equal([4], x.Slice(0, -2, -1).ToArray());
        Assert.Equal([0, 1, 2, 3, 4, 5], x.Slice(0, -100, 100).ToArray());
        Assert.Empty(x.Slice(0, 4, 2).ToArray());
        Assert.Empty(x.Slice(0, 9, 12).ToArray());
        Assert.Equal([2], x.Slice(0, 2, 6, int.MaxValue).ToArray());
        Assert.Same(x, x.Slice(0, 0, 6));
    }

    [Fact]
    public void Slices_of_slices_are_views_of_the_first()
    {
        Tensor<int> x = Tensor.Arange<int>(20).Reshape(4, 5), y = x.Slice(0, 1, 4, 2).Slice(1, 1, 5, 2).Slice(1, 1, 2);
        Assert.Equal([8, 18], y.ToArray());
        Assert.Same(x.Storage, y.Storage);
        Assert.Equal([8, 18], x[1.., 3..4].Slice(0, 0, 3, 2).ToArray());
    }

    [Fact]
    public void Ranges_are_checked()
    {
        Tensor<int> x = Tensor.Arange<int>(6).Reshape(2, 3);
        Assert.Equal([3, 4], x.Slice(1.., ..2).ToArray());
        Assert.Equal(new Shape(0, 3), x.Slice(2..).Shape);
        Expect.Throws<ArgumentOutOfRangeException>("Slice: range 0..4 lies outside dimension 1 of shape [2, 3].", () => x[.., ..4]);
        Expect.Throws<ArgumentOutOfRangeException>("Slice: range ^3..^0 lies outside dimension 0 of shape [2, 3].", () => x[^3..]);
        Expect.Throws<ArgumentOutOfRangeException>("Slice: range 2..1 lies outside dimension 1 of shape [2, 3].", () => x[.., 2..1]);
        Expect.Throws<ArgumentException>("Slice: 3 ranges for shape [2, 3], which has 2 dimensions.", () => x[.., .., ..]);
        Expect.Throws<ArgumentOutOfRangeException>(
            "Slice: step 0 of dimension 1 in shape [2, 3]; it must be at least 1 (Flip reverses a dimension).", () => x.Slice(1, 0, 2, 0));
        Expect.Throws<ArgumentOutOfRangeException>("Slice: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => x.Slice(2, 0, 1));
    }

    [Fact]
    public void Select_drops_the_dimension()
    {
        Tensor<int> x = Tensor.Arange<int>(6).Reshape(2, 3);
        Assert.Equal([3, 4, 5], x.Select(0, 1).ToArray());
        Assert.Equal([2, 5], x.Select(1, -1).ToArray());
        Assert.Same(x.Storage, x.Select(1, -1).Storage);
        Expect.Throws<ArgumentOutOfRangeException>("Select: index 3 lies outside dimension 1 of shape [2, 3]; expected -3 to 2.", () => x.Select(1, 3));
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Slice(1, 1, 6, 2).Exp(), Expect.Values([2, 6]));
        Expect.Gradients(x => x[1.., ..2] * x[..^1, 1..], Expect.Values([3, 3]));
        Expect.Gradients(x => x.Select(0, 1) * x.Select(1, 0), Expect.Values([3, 3]));
        Expect.Empty(xs => xs[0][2..], [0, 3], [2, 3]);
        Expect.Empty(xs => xs[0].Slice(1, 0, 2), [0, 2], [0, 3]);
    }
}
