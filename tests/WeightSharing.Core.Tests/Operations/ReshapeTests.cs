using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ReshapeTests
{
    [Fact]
    public void Elements_keep_their_row_major_order()
    {
        Tensor<int> x = Tensor.Arange<int>(6);
        Assert.Equal(new Shape(2, 3), x.Reshape(2, 3).Shape);
        Assert.Equal(new Shape(3, 2), x.Reshape(-1, 2).Shape);
        Assert.Equal(new Shape(1, 6), x.Reshape(1, -1).Shape);
        Assert.Equal([0, 2, 4, 1, 3, 5], x.Reshape(3, 2).Transpose().Reshape(6).ToArray());
        Assert.Equal([], Tensor.From(5).Reshape([]).Shape);
        Assert.Equal(new Shape(0, 7), Tensor.Zeros<int>([3, 0]).Reshape(0, 7).Shape);
        Assert.Equal(new Shape(0, 7), Tensor.Zeros<int>([3, 0]).Reshape(-1, 7).Shape);
        Assert.Same(x, x.Reshape(6));
    }

    [Fact]
    public void A_dense_tensor_is_reshaped_without_a_copy()
    {
        Tensor<int> x = Tensor.Arange<int>(6);
        x.Reshape(2, 3)[1, 0] = 30;
        Assert.Equal(30, x[3]);
        Assert.NotSame(x.Storage, x.Reshape(2, 3).Transpose().Reshape(6).Storage);
    }

    [Fact]
    public void Dimensions_of_extent_one_come_and_go_without_a_copy()
    {
        Tensor<int> x = Tensor.Arange<int>(6).Reshape(2, 3), column = x.Select(1, 1);
        column.Fill(-1);
        Assert.Equal([0, -1, 2, 3, -1, 5], x.ToArray());
        Tensor<int> t = x.Transpose();
        foreach (Tensor<int> view in (Tensor<int>[])[t.Unsqueeze(0), t.Unsqueeze(1), t.Unsqueeze(-1), t.Unsqueeze(1).Squeeze(1), t.Reshape(1, 3, 1, 2)])
        {
            Assert.Same(x.Storage, view.Storage);
            Assert.Equal(t.ToArray(), view.ToArray());
        }

        Assert.Equal(new Shape(3, 2, 1), t.Unsqueeze(-1).Shape);
        Assert.Equal(new Shape(3, 1, 2), t.Unsqueeze(1).Shape);
    }

    [Fact]
    public void Contiguous_copies_only_where_it_must()
    {
        Tensor<int> x = Tensor.Arange<int>(6).Reshape(2, 3);
        Assert.Same(x, x.Contiguous());
        Tensor<int> dense = x.Transpose().Contiguous();
        Assert.True(dense.IsContiguous);
        Assert.NotSame(x.Storage, dense.Storage);
        Assert.Equal([0, 3, 1, 4, 2, 5], dense.ToArray());
        Assert.True(x.Select(1, 0).Contiguous().IsContiguous);
    }

    [Fact]
    public void Flatten_joins_a_range_of_dimensions()
    {
        Tensor<int> x = Tensor.Zeros<int>([2, 3, 4, 5]);
        Assert.Equal(new Shape(120), x.Flatten().Shape);
        Assert.Equal(new Shape(2, 60), x.Flatten(1).Shape);
        Assert.Equal(new Shape(2, 12, 5), x.Flatten(1, 2).Shape);
        Assert.Equal(new Shape(2, 3, 20), x.Flatten(-2).Shape);
        Assert.Equal(new Shape(1), Tensor.Scalar(1).Flatten().Shape);
        Assert.Equal(new Shape(0), Tensor.Zeros<int>([2, 0]).Flatten().Shape);
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Reshape(3, 2) * x.Reshape(3, 2), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Transpose().Contiguous() * x.Transpose(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Transpose().Unsqueeze(1).Squeeze(1) * 2, Expect.Values([2, 3]));
        Expect.Gradients(x => x.Transpose().Flatten().Exp(), Expect.Values([2, 3]));
        Expect.Empty(xs => xs[0].Reshape(0, 5), [0, 5], [2, 0]);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Tensor<int> x = Tensor.Arange<int>(6).Reshape(2, 3);
        Expect.Throws<ArgumentException>("Reshape: [2, 3] has 6 elements, [4] has 4; they must be equal.", () => x.Reshape(4));
        const string Rule = "; one extent may be −1, and the others must divide the number of elements.";
        Expect.Throws<ArgumentException>("Reshape: [2, 3] (6 elements) does not divide into [-1, 4]" + Rule, () => x.Reshape(-1, 4));
        Expect.Throws<ArgumentException>("Reshape: [2, 3] (6 elements) does not divide into [-1, -1]" + Rule, () => x.Reshape(-1, -1));
        Expect.Throws<ArgumentException>("Reshape: [2, 0] (0 elements) does not divide into [0, -1]" + Rule, () => Tensor.Zeros<int>([2, 0]).Reshape(0, -1));
        Expect.Throws<ArgumentException>(
            "Squeeze: dimension 0 of shape [2, 3] has extent 2; only an extent of 1 can go.", () => x.Squeeze(0));
        Expect.Throws<ArgumentOutOfRangeException>("Unsqueeze: position 3 does not exist for shape [2, 3]; expected -3 to 2.", () => x.Unsqueeze(3));
        Expect.Throws<ArgumentOutOfRangeException>("Flatten: start 1 lies after end 0 in shape [2, 3].", () => x.Flatten(1, 0));
        Expect.Throws<ArgumentOutOfRangeException>("Flatten: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => x.Flatten(2));
    }
}
