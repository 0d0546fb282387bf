using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TakeTests
{
    [Fact]
    public void Positions_come_in_any_order_and_repeat()
    {
        Tensor<double> x = Tensor.Arange<double>(12).Reshape(2, 3, 2);
        Tensor<double> y = x.IndexSelect(1, Tensor.From(2, 0, 2));
        Assert.Equal([4.0, 5, 0, 1, 4, 5, 10, 11, 6, 7, 10, 11], y.ToArray());
        Expect.Bitwise(y, Expect.Strided(x).IndexSelect(-2, Expect.Strided(Tensor.From(2, 0, 2))));
        Assert.Equal(new Shape(2, 0, 2), x.IndexSelect(1, Tensor.Zeros<int>([0])).Shape);
    }

    [Fact]
    public void Signs_negate_and_an_index_of_minus_one_gives_zero()
    {
        Tensor<double> x = Tensor.From(1.0, 2, 3, 4);
        Assert.Equal([-3.0, 0, 1], x.Take(4, 3, 0, [2, -1, 0], [-1, 1, 1], "test").ToArray());
        Assert.Equal([5.0, 0, -9, 0], Tensor.From(9.0, 7, 5).TakeAdjoint(4, 4, 3, 0, [2, -1, 0], [-1, 1, 1], "test").ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.IndexSelect(1, Tensor.From(2, 0, 2)).Exp(), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.IndexSelect(0, Tensor.From(1, 1)) * x.IndexSelect(1, Tensor.From(0, 1)), Expect.Values([2, 2]));
        Expect.Gradients(x => x.Take([2, 3], [2, 2], 1, [2, -1], [-1, 1], "test"), Expect.Values([2, 3]));
        Expect.Gradients(y => y.TakeAdjoint([2, 3], [2, 3], [2, 4], 1, [2, -1, 0, 0], [-1, 1, 1, -1], "test"), Expect.Values([2, 4]));
        Expect.Empty(xs => xs[0].IndexSelect(1, Tensor.From(0)), [0, 1], [0, 3]);
        Expect.Empty(xs => xs[0].IndexSelect(0, Tensor.Zeros<int>([0])), [0, 3], [2, 3]);
    }

    [Fact]
    public void An_index_that_does_not_fit_is_refused()
    {
        Tensor<double> x = Tensor.Zeros<double>([2, 3]);
        Expect.Throws<ArgumentOutOfRangeException>("IndexSelect: index 3 lies outside dimension 1 of shape [2, 3]; expected 0 to 2.", () => x.IndexSelect(1, Tensor.From(0, 3)));
        Expect.Throws<ArgumentOutOfRangeException>("IndexSelect: index -1 lies outside dimension 0 of shape [2, 3]; expected 0 to 1.", () => x.IndexSelect(0, Tensor.From(-1)));
        Expect.Throws<ArgumentException>("IndexSelect: the index has shape [1, 1]; it must be a vector.", () => x.IndexSelect(0, Tensor.Zeros<int>([1, 1])));
        Expect.Throws<ArgumentOutOfRangeException>("IndexSelect: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => x.IndexSelect(2, Tensor.From(0)));
    }
}
