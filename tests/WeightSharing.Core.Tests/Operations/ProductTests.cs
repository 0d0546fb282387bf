using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ProductTests
{
    [Fact]
    public void Values_agree_with_the_definition()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 1, 2, 3 }, { -1, 0, 5 } });
        Assert.Equal(0, x.Product().Item());
        Expect.Close(Tensor.From(6.0, 0), x.Product(1), 0);
        Expect.Close(Tensor.From(new double[,] { { -1, 0, 15 } }), x.Product(0, keepDimensions: true), 0);
        Assert.Equal(1, Tensor.Zeros<double>([0]).Product().Item());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Product(1), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Product([0, 2], keepDimensions: true), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.Product(), Expect.Values([4]));
    }

    [Fact]
    public void Gradients_are_right_beside_one_two_and_three_zeros() =>
        Expect.Gradients(x => x.Product(1), Tensor.From(new double[,] { { 0, 2, 3, 4 }, { 0, 0, 3, 4 }, { 0, 0, 0, 4 } }));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Product(1), [0], new Shape(0, 3));

    [Fact]
    public void Wrong_dimensions_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Product: dimension 2 does not exist", () => Expect.Values([2, 3]).Product(2));
        Expect.Throws<ArgumentException>("Product: dimension 0 occurs twice in [0, 0].", () => Expect.Values([2, 3]).Product([0, 0]));
    }
}
