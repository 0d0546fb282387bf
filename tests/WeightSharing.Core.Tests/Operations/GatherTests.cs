using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class GatherTests
{
    [Fact]
    public void Elements_come_from_where_the_index_says()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Expect.Close(Tensor.From(new double[,] { { 3, 1 }, { 5, 5 } }), x.Gather(1, Tensor.From(new[,] { { 2, 0 }, { 1, 1 } })), 0);
        Expect.Close(Tensor.From(new double[,] { { 4, 2 } }), x.Gather(-2, Tensor.From(new[,] { { 1, 0 } })), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor<int> index = Tensor.From([2, 0, 1, 1, 0, 0, 2, 2], [2, 2, 2]);
        Expect.Gradients(x => x.Gather(1, index).Pow(2.0), Expect.Values([2, 3, 2]));
    }

    [Fact]
    public void Strided_indices_are_read_in_their_order()
    {
        Tensor<int> index = Tensor.From(new[,] { { 2, 0 }, { 1, 1 } });
        Expect.Bitwise(Expect.Values([2, 3]).Gather(1, index), Expect.Values([2, 3]).Gather(1, Expect.Strided(index)));
    }

    [Fact]
    public void An_empty_index_gives_an_empty_result() => Expect.Empty(xs => xs[0].Gather(0, Tensor.Zeros<int>([0, 3])), [0, 3], new Shape(2, 3));

    [Fact]
    public void Indices_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Gather: the index [3, 1] does not fit x [2, 3]; it must have as many dimensions, and none but dimension 1 may be longer.",
            () => Expect.Values([2, 3]).Gather(1, Tensor.Zeros<int>([3, 1])));
        Expect.Throws<ArgumentOutOfRangeException>("Gather: index 3 lies outside dimension 1 of shape [2, 3]; expected 0 to 2.",
            () => Expect.Values([2, 3]).Gather(1, Tensor.Full([2, 1], 3)));
    }
}
