using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class TensorTests
{
    [Fact]
    public void From_copies_in_row_major_order()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        Tensor<float> x = Tensor.From(values, [2, 3]);
        values[0] = 9;
        Assert.Equal(1, x[0, 0]);
        Assert.Equal(4, x[1, 0]);
        Assert.Equal(new Shape(3), Tensor.From(1, 2, 3).Shape);
        Assert.Equal(new Shape(2, 3), Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Shape);
        Assert.Equal(6, Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } })[1, 2]);
        Assert.Equal(new Shape(0), Tensor.From<int>().Shape);
        Expect.Throws<ArgumentException>("Tensor.From: 6 values for shape [2, 2], which has 4 elements.", () => Tensor.From(values, [2, 2]));
    }

    [Fact]
    public void Wrap_shares_the_callers_array()
    {
        int[] values = [1, 2, 3, 4];
        Tensor<int> x = Tensor.Wrap(values, [2, 2]);
        values[3] = 7;
        x[0, 0] = 8;
        Assert.Equal(7, x[1, 1]);
        Assert.Equal(8, values[0]);
        Expect.Throws<ArgumentException>("Tensor.Wrap: an array of 4 for shape [3], which has 3 elements.", () => Tensor.Wrap(values, 3));
    }

    [Fact]
    public void Constants_have_their_values()
    {
        Assert.Equal(new double[6], Tensor.Zeros<double>([2, 3]).ToArray());
        Assert.Equal([1f, 1f], Tensor.Ones<float>(2).ToArray());
        Assert.Equal([5, 5], Tensor.Full(2, 5).ToArray());
        Assert.Equal([false, false], Tensor.Zeros<bool>(2).ToArray());
        Assert.Equal([1, 0, 0, 1], Tensor.Eye<int>(2).ToArray());
        Assert.Equal((new Shape([]), 2.5), (Tensor.Scalar(2.5).Shape, Tensor.Scalar(2.5).Item()));
    }

    [Fact]
    public void Arange_goes_up_to_but_not_to_its_end()
    {
        Assert.Equal([0, 1, 2], Tensor.Arange<int>(3).ToArray());
        Assert.Equal([2, 5], Tensor.Arange(2, 8, 3).ToArray());
        Assert.Equal([2, 5, 8], Tensor.Arange(2, 9, 3).ToArray());
        Assert.Equal([3, 2, 1], Tensor.Arange(3, 0, -1).ToArray());
        Assert.Equal([0, 0.25, 0.5, 0.75], Tensor.Arange(0, 1, 0.25).ToArray());
        Assert.Empty(Tensor.Arange(4, 4, 1).ToArray());
        Assert.Equal([(byte)250, (byte)253], Tensor.Arange<byte>(250, 255, 3).ToArray());
    }

    [Fact]
    public void Arange_refuses_a_step_that_never_arrives()
    {
        Expect.Throws<ArgumentException>("Arange: step 0 does not lead from 0 to 4.", () => Tensor.Arange(0, 4, 0));
        Expect.Throws<ArgumentException>("Arange: step -1 does not lead from 0 to 4.", () => Tensor.Arange(0, 4, -1));
        Expect.Throws<ArgumentException>("Arange: step -5 does not lead from 0 to 4.", () => Tensor.Arange(0, 4, -5));
        Expect.Throws<ArgumentException>("Arange: step 1 does not lead from 5 to 4.", () => Tensor.Arange<byte>(5, 4, 1));
        Expect.Throws<ArgumentException>("Arange: step NaN does not lead from 0 to 4.", () => Tensor.Arange(0, 4, double.NaN));
        Expect.Throws<ArgumentException>("Arange: step 1 does not lead from 0 to Infinity.", () => Tensor.Arange(0, double.PositiveInfinity, 1));
        Expect.Throws<ArgumentException>("Arange: step 1 does not lead from NaN to 1.", () => Tensor.Arange(double.NaN, 1, 1));
    }

    [Fact]
    public void Linspace_holds_both_ends_exactly()
    {
        Assert.Equal([1, 1.5, 2], Tensor.Linspace(1.0, 2.0, 3).ToArray());
        Tensor<float> x = Tensor.Linspace(-0.1f, 0.7f, 101);
        Assert.Equal((-0.1f, 0.7f), (x[0], x[-1]));
        Assert.Equal([3.0], Tensor.Linspace(3.0, 9.0, 1).ToArray());
        Assert.Empty(Tensor.Linspace(0.0, 1.0, 0).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Linspace(0.0, 1.0, -1));
    }

    [Fact]
    public void Permutations_hold_every_number_once_and_depend_on_the_key()
    {
        RandomKey key = RandomKey.Of(1);
        int[] order = Tensor.Permutation(100, key).ToArray();
        Assert.Equal(Enumerable.Range(0, 100), order.Order());
        Assert.Equal(order, Tensor.Permutation(100, key).ToArray());
        Assert.NotEqual(order, Tensor.Permutation(100, RandomKey.Of(2)).ToArray());
        Assert.Equal([0], Tensor.Permutation(1, key).ToArray());
        Assert.Empty(Tensor.Permutation(0, key).ToArray());
    }

    [Fact]
    public void All_orders_of_a_permutation_are_equally_likely()
    {
        RandomKey key = RandomKey.Of(4);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 6000; i++)
        {
            string order = string.Join(',', Tensor.Permutation(3, key.Fork(i)).ToArray());
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(6, counts.Count);
        // Six standard deviations around 1000.
        Assert.All(counts.Values, count => Assert.InRange(count, 1000 - 174, 1000 + 174));
    }
}
