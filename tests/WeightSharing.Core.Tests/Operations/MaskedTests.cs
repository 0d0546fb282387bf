using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MaskedTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new double[,] { { 1, -2, 3 }, { -4, 5, -6 } });

    [Fact]
    public void Marked_elements_are_filled()
    {
        Expect.Close(Tensor.From(new double[,] { { 1, 0, 3 }, { 0, 5, 0 } }), Sample.MaskedFill(Sample.Less(0), 0), 0);
        Expect.Close(Tensor.From(new double[,] { { 9, -2, 9 }, { 9, 5, 9 } }), Sample.MaskedFill(Tensor.From(true, false, true), 9), 0);
        Expect.Close(Tensor.From(0.0, 1), Tensor.From(3.0, 1).MaskedFill(Tensor.From(true, false), double.NegativeInfinity).Softmax(0), 0);
    }

    [Fact]
    public void Marked_elements_are_picked_in_order()
    {
        Assert.Equal([-2.0, -4, -6], Sample.MaskedSelect(Sample.Less(0)).ToArray());
        Assert.Equal([-2.0, 5], Sample.MaskedSelect(Tensor.From(false, true, false)).ToArray());
        Assert.Equal([-4.0, -2, -6], Sample.Transpose().MaskedSelect(Sample.Transpose().Less(0)).ToArray());
        Assert.Equal(new Shape(0), Sample.MaskedSelect(Sample.Greater(9)).Shape);
    }

    [Fact]
    public void Positions_are_rows_of_coordinates()
    {
        Tensor<int> positions = Sample.Less(0).NonZero();
        Assert.Equal(new Shape(3, 2), positions.Shape);
        Assert.Equal([0, 1, 1, 0, 1, 2], positions.ToArray());
        Assert.Equal(new Shape(0, 2), Sample.Greater(9).NonZero().Shape);
        Assert.Equal(new Shape(1, 0), Tensor.Scalar(true).NonZero().Shape);
        Assert.Equal((3, 0), (Sample.Less(0).CountTrue(), Sample.Greater(9).CountTrue()));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor<bool> mask = Sample.Less(0);
        Expect.Gradients(x => x.MaskedFill(mask, 2).Exp(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.MaskedSelect(mask).Exp(), Expect.Values([2, 3]));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].MaskedFill(Tensor.Scalar(true), 1), [0, 3], new Shape(0, 3));

    [Fact]
    public void Masks_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("MaskedFill: the mask [2] does not broadcast to x [2, 3].", () => Sample.MaskedFill(Tensor.From(true, false), 0));
        Expect.Throws<ArgumentException>("MaskedSelect: the mask [2] does not broadcast to x [2, 3].", () => Sample.MaskedSelect(Tensor.From(true, false)));
    }
}
