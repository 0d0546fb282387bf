using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class NormalizationTests
{
    [Theory]
    [InlineData(3, 2, 4)]
    [InlineData(1, 5, 3)]
    [InlineData(2, 1, 6)]
    [InlineData(4, 3, 1)]
    public void Each_group_is_normalised_over_the_other_two_dimensions(int outer, int groups, int inner)
    {
        Tensor<double> x = Expect.Values([outer, groups, inner]);
        (Tensor<double> y, Tensor<double> mean, Tensor<double> variance) = Normalization.Apply<double>(x, null, null, 0.1, "Test");
        Expect.Close(x.Mean([0, 2]), mean);
        Expect.Close(x.Variance([0, 2], unbiased: false), variance);
        Expect.Close((x - x.Mean([0, 2], true)) / (x.Variance([0, 2], false, true) + 0.1).Sqrt(), y);
    }

    [Fact]
    public void Gradients_agree_with_differences_for_weights_by_group_and_by_element()
    {
        Tensor<double> x = Expect.Values([2, 3, 2], "x");
        foreach (Shape shape in (Shape[])[[1, 3, 1], [1, 1, 2]])
        {
            Expect.Gradients(xs => Normalization.Apply(xs[0], xs[1], xs[2], 0.1, "Test").Output, x, Expect.Values(shape, "w"), Expect.Values(shape, "b"));
        }
    }

    [Fact]
    public void The_same_tensor_may_be_input_and_weight() =>
        Expect.Gradients(x => Normalization.Apply(x, x, x, 0.1, "Test").Output, Expect.Values([1, 3, 1]));

    [Fact]
    public void Frozen_weights_get_no_gradient()
    {
        Tensor<double> x = Expect.Values([2, 3, 2]).RequireGradient(), w = Expect.Values([1, 3, 1]);
        Normalization.Apply(x, w, w, 0.1, "Test").Output.Sum().Backward();
        Assert.NotNull(x.Gradient);
        Assert.Null(w.Gradient);
    }
}
