using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SplitTests
{
    private static readonly Tensor<int> Sample = Tensor.Arange<int>(10).Reshape(2, 5);

    [Fact]
    public void Parts_follow_each_other()
    {
        Assert.Equal(["[2, 2]", "[2, 0]", "[2, 3]"], Sample.Split([2, 0, 3], 1).Select(part => part.Shape.ToString()));
        Assert.Equal([2, 3, 4, 7, 8, 9], Sample.Split([2, 3], -1)[1].ToArray());
        Assert.Equal(["[2, 2]", "[2, 2]", "[2, 1]"], Sample.Split(2, 1).Select(part => part.Shape.ToString()));
        Assert.Equal(["[2, 3]", "[2, 2]"], Sample.Chunk(2, 1).Select(part => part.Shape.ToString()));
        Assert.Equal(["[5]", "[5]"], Sample.Unbind().Select(part => part.Shape.ToString()));
        Assert.Equal([3, 8], Sample.Unbind(1)[3].ToArray());
    }

    [Fact]
    public void Parts_are_views()
    {
        Tensor<int> x = Sample.Copy();
        x.Split(2, 1)[1].Fill(7);
        Assert.Equal([0, 1, 7, 7, 4, 5, 6, 7, 7, 9], x.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Split([1, 2], 1)[1].Pow(2.0) + x.Chunk(3, 1)[0], Expect.Values([2, 3]));
        Expect.Gradients(x => x.Unbind(1)[2] * x.Unbind(1)[0], Expect.Values([2, 3]));
    }

    [Fact]
    public void Empty_dimensions_have_no_parts()
    {
        Assert.Empty(Tensor.Zeros<double>([0, 2]).Split(3));
        Assert.Empty(Tensor.Zeros<double>([0, 2]).Chunk(3));
        Assert.Empty(Tensor.Zeros<double>([0, 2]).Unbind());
    }

    [Fact]
    public void Extents_that_do_not_add_up_are_refused()
    {
        Expect.Throws<ArgumentException>("Split: extents [2, 2] of dimension 1 of shape [2, 5]; none may be negative, and they must add up to 5.", () => Sample.Split([2, 2], 1));
        Expect.Throws<ArgumentException>("Split: extents [7, -2] of dimension 1", () => Sample.Split([7, -2], 1));
        Expect.Throws<ArgumentOutOfRangeException>("Split: parts of extent 0; it must be at least 1.", () => Sample.Split(0));
        Expect.Throws<ArgumentOutOfRangeException>("Chunk: 0 parts; there must be at least 1.", () => Sample.Chunk(0));
        Expect.Throws<ArgumentOutOfRangeException>("Unbind: dimension 2 does not exist", () => Sample.Unbind(2));
    }
}
