using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SoftmaxTests
{
    [Fact]
    public void Values_are_normalised_exponentials_over_any_dimension()
    {
        Tensor<double> x = Expect.Values([2, 3, 4]);
        for (int dimension = -1; dimension < 3; dimension++)
        {
            Tensor<double> expected = x.Exp() / x.Exp().Sum(dimension, keepDimensions: true);
            Expect.Close(expected, x.Softmax(dimension), 1e-14);
            Expect.Close(expected.Log(), x.LogSoftmax(dimension), 1e-14);
            Expect.Close(expected, Expect.Strided(x).Softmax(dimension), 1e-14);
            Expect.Close(expected.Log(), Expect.Strided(x).LogSoftmax(dimension), 1e-14);
        }
    }

    [Fact]
    public void Large_and_infinite_logits_do_not_overflow()
    {
        Expect.Close([1 / (1 + Math.Exp(-1)), 1 / (1 + Math.E)], Tensor.From(1001.0, 1000.0).Softmax(0).ToArray(), 1e-15);
        Expect.Close([0, -2000], Tensor.From(1000.0, -1000.0).LogSoftmax(0).ToArray(), 1e-15);
        Assert.Equal([1.0, 0.0], Tensor.From(3.0, double.NegativeInfinity).Softmax(0).ToArray());
        Assert.Equal([0.0, double.NegativeInfinity], Tensor.From(3.0, double.NegativeInfinity).LogSoftmax(0).ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Softmax(1), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.LogSoftmax(1), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.Softmax(0) * x.LogSoftmax(-1), Expect.Values([3, 3]));
        Expect.Empty(xs => xs[0].Softmax(1), [0, 3], [0, 3]);
        Expect.Empty(xs => xs[0].LogSoftmax(1), [3, 0], [3, 0]);
    }

    [Fact]
    public void A_dimension_that_does_not_exist_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Softmax: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => Tensor.Zeros<double>([2, 3]).Softmax(2));
        Expect.Throws<ArgumentOutOfRangeException>("LogSoftmax: dimension 1 of a scalar; a scalar has no dimensions.", () => Tensor.Scalar(1.0).LogSoftmax(1));
    }

    [Fact]
    public void A_scalar_is_normalised_as_a_vector_of_one()
    {
        foreach (int dimension in (int[])[0, -1])
        {
            Assert.Equal(1, Tensor.Scalar(3.0).Softmax(dimension).Item());
            Assert.Equal(0, Tensor.Scalar(3.0).LogSoftmax(dimension).Item());
            Expect.Gradients(x => x.Softmax(dimension) * x, Expect.Values([]));
            Expect.Gradients(x => x.LogSoftmax(dimension) + x, Expect.Values([]));
        }
    }
}
