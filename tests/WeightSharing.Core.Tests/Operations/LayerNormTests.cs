using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LayerNormTests
{
    [Fact]
    public void Trailing_dimensions_are_normalised()
    {
        Tensor<double> x = Expect.Values([2, 3, 4]), w = Expect.Values([3, 4], "w"), b = Expect.Values([3, 4], "b");
        Tensor<double> expected = (x - x.Mean([1, 2], true)) / (x.Variance([1, 2], false, true) + 1e-5).Sqrt();
        Expect.Close(expected, x.LayerNorm([3, 4]));
        Expect.Close(expected * w + b, x.LayerNorm([3, 4], w, b));
        Expect.Close(expected + b, x.LayerNorm([3, 4], null, b));
        Expect.Close((x - x.Mean(2, true)) / (x.Variance(2, false, true) + 0.1).Sqrt(), x.LayerNorm(4, epsilon: 0.1));
    }

    [Fact]
    public void Groups_of_channels_are_normalised()
    {
        Tensor<double> x = Expect.Values([2, 4, 3]), w = Expect.Values([4], "w"), b = Expect.Values([4], "b"), grouped = x.Reshape(2, 2, 6);
        Tensor<double> expected = ((grouped - grouped.Mean(2, true)) / (grouped.Variance(2, false, true) + 1e-5).Sqrt()).Reshape(2, 4, 3);
        Expect.Close(expected, x.GroupNorm(2));
        Expect.Close(expected * w.Reshape(4, 1) + b.Reshape(4, 1), x.GroupNorm(2, w, b));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(xs => xs[0].LayerNorm(4, xs[1], xs[2]), Expect.Values([2, 3, 4], "x"), Expect.Values([4], "w"), Expect.Values([4], "b"));
        Expect.Gradients(x => x.LayerNorm([3, 2]), Expect.Values([2, 3, 2]));
        Expect.Gradients((x, w) => x.LayerNorm(3, w), Expect.Values([2, 3], "x"), Expect.Values([3], "w"));
        Expect.Gradients(xs => xs[0].GroupNorm(2, xs[1], xs[2]), Expect.Values([2, 4, 2], "x"), Expect.Values([4], "w"), Expect.Values([4], "b"));
    }

    [Fact]
    public void Empty_batches_stay_empty() => Expect.Empty(xs => xs[0].LayerNorm(4), [0, 4], new Shape(0, 4));

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Expect.Values([2, 4]);
        Expect.Throws<ArgumentException>("LayerNorm: normalised shape [2] does not end shape [2, 4]; it must equal the trailing dimensions.", () => x.LayerNorm(2));
        Expect.Throws<ArgumentException>("LayerNorm: weight [2] and bias none; each must have the normalised shape [4].", () => x.LayerNorm(4, Expect.Values([2])));
        Expect.Throws<ArgumentException>("GroupNorm: input [2, 4] in 3 groups; expected [N, C, ..] with C divisible by the groups.", () => x.GroupNorm(3));
        Expect.Throws<ArgumentException>("GroupNorm: weight none and bias [3]; each must be [4].", () => x.GroupNorm(2, null, Expect.Values([3])));
    }
}
