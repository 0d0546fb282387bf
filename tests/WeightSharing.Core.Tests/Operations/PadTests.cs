using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PadTests
{
    private static readonly Tensor<double> Row = Tensor.From(1.0, 2, 3);

    [Theory]
    [InlineData(PaddingMode.Constant, new double[] { 9, 9, 1, 2, 3, 9 })]
    [InlineData(PaddingMode.Reflect, new double[] { 3, 2, 1, 2, 3, 2 })]
    [InlineData(PaddingMode.Replicate, new double[] { 1, 1, 1, 2, 3, 3 })]
    [InlineData(PaddingMode.Circular, new double[] { 2, 3, 1, 2, 3, 1 })]
    public void Modes_show_what_they_say(PaddingMode mode, double[] expected) =>
        Assert.Equal(expected, Row.Pad([(2, 1)], mode, mode == PaddingMode.Constant ? 9 : 0).ToArray());

    [Fact]
    public void Dimensions_are_padded_outermost_first() =>
        Assert.Equal(new Shape(5, 3), Tensor.Zeros<double>([2, 3]).Pad([(1, 2), (0, 0)]).Shape);

    [Fact]
    public void Negative_sides_crop()
    {
        Expect.Close(Tensor.From(2.0, 3, 0), Row.Pad([(-1, 1)]), 0);
        Expect.Close(Tensor.From(7.0, 7), Row.Pad([(2, -3)], value: 7), 0);
        Assert.Equal(new Shape(0), Row.Pad([(-1, -2)]).Shape);
    }

    [Theory]
    [InlineData(PaddingMode.Constant)]
    [InlineData(PaddingMode.Reflect)]
    [InlineData(PaddingMode.Replicate)]
    [InlineData(PaddingMode.Circular)]
    public void Gradients_agree_with_differences(PaddingMode mode) =>
        Expect.Gradients(x => x.Pad([(0, 0), (1, 2), (2, 1)], mode).Pow(2.0), Expect.Values([2, 3, 4]));

    [Fact]
    public void Gradients_of_crops_and_constants_agree_with_differences() =>
        Expect.Gradients(x => x.Pad([(-1, 2), (1, -2)], value: 0.5).Pow(3.0), Expect.Values([3, 4]));

    [Fact]
    public void Empty_tensors_become_constant() =>
        Expect.Close(Tensor.Full([2, 1], 4.0), Tensor.Zeros<double>([0, 1]).Pad([(1, 1), (0, 0)], value: 4), 0);

    [Fact]
    public void No_padding_is_the_tensor_itself() => Assert.Same(Row, Row.Pad([(0, 0)], PaddingMode.Reflect));

    [Fact]
    public void Borders_that_cannot_be_filled_are_refused()
    {
        Expect.Throws<ArgumentException>("Pad: 1 pairs of sides for shape [2, 3], which has 2 dimensions; give one pair a dimension.",
            () => Tensor.Zeros<double>([2, 3]).Pad([(1, 1)]));
        Expect.Throws<ArgumentException>("Pad: sides (3, 0) of dimension 0 do not fit shape [3] (extent 3) in mode Reflect: reflection shows at most extent − 1 elements.",
            () => Row.Pad([(3, 0)], PaddingMode.Reflect));
        Expect.Throws<ArgumentException>("Pad: sides (0, 4) of dimension 0 do not fit shape [3] (extent 3) in mode Circular: wrapping around shows at most the elements that are left.",
            () => Row.Pad([(0, 4)], PaddingMode.Circular));
        Expect.Throws<ArgumentException>("Pad: sides (1, 0) of dimension 0 do not fit shape [0] (extent 0) in mode Replicate: there is no edge to repeat.",
            () => Tensor.Zeros<double>([0]).Pad([(1, 0)], PaddingMode.Replicate));
        Expect.Throws<ArgumentException>("Pad: sides (-2, 2) of dimension 0 do not fit shape [3] (extent 3) in mode Circular: wrapping around shows at most the elements that are left.",
            () => Row.Pad([(-2, 2)], PaddingMode.Circular));
        Expect.Throws<ArgumentException>("Pad: sides (-2, -2) of dimension 0 do not fit shape [3] (extent 3) in mode Constant: cropping takes more than there is.",
            () => Row.Pad([(-2, -2)]));
    }

    [Fact]
    public void Crops_of_every_mode_are_those_of_PyTorch()
    {
        Tensor<double> x = Tensor.Arange<double>(4);
        double[] Padded(int low, int high, PaddingMode mode) => x.Pad([(low, high)], mode).ToArray();
        Assert.Equal([1.0, 2, 3, 2, 1], Padded(-1, 2, PaddingMode.Reflect));
        Assert.Equal([2.0, 1, 0, 1, 2], Padded(2, -1, PaddingMode.Reflect));
        Assert.Equal([1.0, 0], Padded(1, -3, PaddingMode.Reflect));
        Assert.Equal([3.0, 2, 1], Padded(-3, 2, PaddingMode.Reflect));
        Assert.Equal([1.0, 2, 3, 3, 3], Padded(-1, 2, PaddingMode.Replicate));
        Assert.Equal([0.0, 0, 0, 1, 2], Padded(2, -1, PaddingMode.Replicate));
        Assert.Equal([0.0, 0], Padded(1, -3, PaddingMode.Replicate));
        Assert.Equal([1.0, 2, 3, 1, 2], Padded(-1, 2, PaddingMode.Circular));
        Assert.Equal([1.0, 2, 0, 1, 2], Padded(2, -1, PaddingMode.Circular));
        Assert.Equal([0.0, 0], Padded(1, -3, PaddingMode.Circular));
        foreach (PaddingMode mode in (PaddingMode[])[PaddingMode.Reflect, PaddingMode.Replicate, PaddingMode.Circular])
        {
            Assert.Equal([1.0, 2], Padded(-1, -1, mode));
            Assert.Equal([2.0, 3], Padded(-2, 0, mode));
            Expect.Gradients(v => v.Pad([(-1, 2), (1, -1)], mode).Pow(2.0), Expect.Values([4, 3]));
        }
    }
}
