using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SumTests
{
    [Fact]
    public void Sums_over_any_dimensions_equal_an_index_loop()
    {
        Tensor<double> x = Expect.Values([2, 3, 4, 2]);
        for (int mask = 1; mask < 16; mask++)
        {
            int[] dimensions = [.. Enumerable.Range(0, 4).Where(i => (mask >> i & 1) != 0)];
            Shape kept = x.Shape;
            foreach (int dimension in dimensions) kept = kept.With(dimension, 1);
            Tensor<double> expected = Tensor.Zeros<double>(kept);
            for (int i = 0; i < x.Count; i++)
            {
                int[] at = [i / 24, i / 8 % 3, i / 2 % 4, i % 2];
                double value = x[at];
                foreach (int dimension in dimensions) at[dimension] = 0;
                expected[at] += value;
            }

            foreach (Tensor<double> view in (Tensor<double>[])[x, Expect.Strided(x)])
            {
                Expect.Close(expected, view.Sum(dimensions, keepDimensions: true), 1e-14);
                Expect.Close(expected.Reshape(view.Sum(dimensions).Shape), view.Sum([.. dimensions.Reverse().Select(i => i - 4)]), 1e-14);
                Expect.Close(expected * (expected.Count / 48.0), view.Mean(dimensions, keepDimensions: true), 1e-14);
            }
        }
    }

    [Fact]
    public void Everything_is_summed_when_no_dimension_is_named()
    {
        Tensor<float> x = Tensor.Arange<float>(6).Reshape(2, 3);
        Assert.Equal(15, x.Sum().Item());
        Assert.Equal(2.5f, x.Mean().Item());
        Assert.Equal(new Shape(1, 1), x.Sum([], keepDimensions: true).Shape);
        Assert.Equal([3f, 12f], x.Sum(-1).ToArray());
        Assert.Equal(7, Tensor.Scalar(7f).Sum().Item());
    }

    [Fact]
    public void A_million_equal_numbers_lose_nothing()
    {
        // A running sum in single precision would be off by some 1 %.
        Assert.Equal(1e5f, Tensor.Full(1_000_000, 0.1f).Sum().Item(), 0.05f);
    }

    [Fact]
    public void The_sum_of_nothing_is_zero_and_its_mean_undefined()
    {
        Assert.Equal(0, Tensor.Zeros<double>([0]).Sum().Item());
        Assert.Equal([0.0, 0, 0], Tensor.Zeros<double>([0, 3]).Sum(0).ToArray());
        Assert.Empty(Tensor.Zeros<double>([0, 3]).Mean(1).ToArray());
        const string Message = "Mean: the reduced dimensions of shape [0, 3] are empty; the mean of nothing is undefined.";
        Expect.Throws<InvalidOperationException>(Message, () => Tensor.Zeros<double>([0, 3]).Mean());
        Expect.Throws<InvalidOperationException>(Message, () => Tensor.Zeros<double>([0, 3]).Mean(0));
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Sum(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Sum(1).Exp(), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.Sum([0, 2], keepDimensions: true) * x, Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.Mean([0, 2]).Exp(), Expect.Values([2, 3, 2]));
        Expect.Empty(xs => xs[0].Sum(1), [0], [0, 3]);
        Expect.Empty(xs => xs[0].Sum(0), [3], [0, 3]);
    }

    [Fact]
    public void Dimensions_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Tensor.Zeros<double>([2, 3]);
        Expect.Throws<ArgumentOutOfRangeException>("Sum: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => x.Sum(2));
        Expect.Throws<ArgumentException>("Sum: dimension -1 occurs twice in [1, -1].", () => x.Sum([1, -1]));
        Expect.Throws<ArgumentOutOfRangeException>("Sum: dimension 1 of a scalar; a scalar has no dimensions.", () => Tensor.Scalar(1.0).Sum(1));
    }

    [Fact]
    public void A_scalar_is_reduced_as_a_vector_of_one()
    {
        foreach (int dimension in (int[])[0, -1])
        {
            Tensor<double> x = Tensor.Scalar(3.0);
            Assert.Equal(0, x.Sum(dimension, keepDimensions: true).Rank);
            Assert.Equal(3, x.Sum(dimension).Item());
            Assert.Equal(3, x.Mean(dimension).Item());
            Expect.Gradients(y => y.Sum(dimension) * y.Mean(dimension), Expect.Values([]));
        }
    }
}
