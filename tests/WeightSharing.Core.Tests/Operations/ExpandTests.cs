using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ExpandTests
{
    [Fact]
    public void A_broadcast_is_a_view_that_repeats()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).Reshape(2, 1), y = x.BroadcastTo([3, 2, 2]);
        Assert.Equal([1.0, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2], y.ToArray());
        Assert.Same(x.Storage, y.Storage);
        Assert.Same(x, x.BroadcastTo([2, 1]));
    }

    [Fact]
    public void Its_adjoint_sums()
    {
        Assert.Equal([6.0, 15.0], Tensor.Arange(1.0, 7, 1).Reshape(2, 3).SumTo([2, 1]).ToArray());
        Assert.Equal([5.0, 7.0, 9.0], Tensor.Arange(1.0, 7, 1).Reshape(2, 3).SumTo(3).ToArray());
        Assert.Equal(21, Tensor.Arange(1.0, 7, 1).Reshape(2, 3).SumTo([]).Item());
        Assert.Equal(new Shape(2), Expect.Values([1, 2]).SumTo(2).Shape);
        Assert.Equal([0.0], Tensor.Zeros<double>([0]).SumTo(1).ToArray());
    }

    [Fact]
    public void Broadcast_and_sum_are_adjoint()
    {
        foreach ((Shape small, Shape large) in ((Shape, Shape)[])[([3], [2, 3]), ([2, 1], [2, 3]), ([], [2, 2]), ([1, 1], [4, 2, 3]), ([2, 1, 3, 1], [2, 4, 3, 2]), ([1], [0])])
        {
            Tensor<double> x = Expect.Values(small, "x"), y = Expect.Values(large, "y");
            Expect.Close((x.BroadcastTo(large) * y).Sum(), (x * y.SumTo(small)).Sum());
        }
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.BroadcastTo([4, 2, 3]), Expect.Values([2, 1]));
        Expect.Gradients(x => x.SumTo([2, 1]) * x, Expect.Values([2, 3]));
        Expect.Gradients(x => x.SumTo([2]), Expect.Values([1, 1, 2]));
        Expect.Empty(xs => xs[0].BroadcastTo([3, 0]), [3, 0], [1, 0]);
        Expect.Empty(xs => xs[0].BroadcastTo([3, 0]), [3, 0], [3, 1]);
        Expect.Empty(xs => xs[0].SumTo([2, 1]), [2, 1], [2, 0]);
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        Expect.Throws<ArgumentException>(
            "BroadcastTo: shape [2] does not broadcast to [3]; aligned at the last dimension, extents must be equal or 1.", () => Tensor.Zeros<double>(2).BroadcastTo(3));
        Expect.Throws<ArgumentException>(
            "SumTo: shape [2] does not broadcast to [3]; aligned at the last dimension, extents must be equal or 1.", () => Tensor.Zeros<double>(3).SumTo(2));
    }
}
