using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PermuteTests
{
    [Fact]
    public void Dimensions_change_places_without_a_copy()
    {
        Tensor<int> x = Tensor.Arange<int>(24).Reshape(2, 3, 4), y = x.Permute(2, 0, 1);
        Assert.Equal(new Shape(4, 2, 3), y.Shape);
        Assert.Equal(x[1, 2, 3], y[3, 1, 2]);
        Assert.Same(x.Storage, y.Storage);
        Assert.Equal(x[1, 2, 3], x.Permute(-1, -2, 0)[3, 2, 1]);
        Assert.Equal(new Shape(2, 4, 3), x.Transpose().Shape);
        Assert.Equal(new Shape(4, 3, 2), x.Transpose(0, 2).Shape);
        Assert.Equal(new Shape(2, 3, 4), x.Transpose(1, 1).Shape);
        Assert.Equal(7, Tensor.Scalar(7).Permute().Item());
    }

    [Fact]
    public void The_inverse_order_undoes_it()
    {
        Tensor<int> x = Tensor.Arange<int>(24).Reshape(2, 3, 4);
        Tensor<int> back = x.Permute(2, 0, 1).Permute(1, 2, 0);
        Assert.True(back.IsContiguous);
        Assert.Equal(x.ToArray(), back.ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Permute(2, 0, 1).Exp(), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.Transpose() * x, Expect.Values([3, 3]));
        Expect.Empty(xs => xs[0].Permute(1, 2, 0), [0, 3, 2], [2, 0, 3]);
    }

    [Fact]
    public void What_is_no_permutation_is_refused()
    {
        Tensor<int> x = Tensor.Zeros<int>([2, 3]);
        Expect.Throws<ArgumentException>("Permute: 3 dimensions [0, 1, 2] for shape [2, 3], which has 2.", () => x.Permute(0, 1, 2));
        Expect.Throws<ArgumentException>("Permute: dimension 1 occurs twice in [1, -1]; each must occur once.", () => x.Permute(1, -1));
        Expect.Throws<ArgumentOutOfRangeException>("Permute: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => x.Permute(0, 2));
        Expect.Throws<ArgumentOutOfRangeException>("Transpose: dimension -2 does not exist in shape [3]; expected -1 to 0.", () => Tensor.Zeros<int>(3).Transpose());
    }
}
