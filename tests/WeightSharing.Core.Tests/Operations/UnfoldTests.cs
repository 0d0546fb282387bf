using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class UnfoldTests
{
    [Fact]
    public void Columns_are_the_windows_of_a_convolution()
    {
        Tensor<double> x = Expect.Values([2, 3, 5, 4]), weight = Expect.Values([4, 3, 2, 3], "weight");
        Tensor<double> columns = x.Unfold((2, 3), (2, 1), (1, 1), (1, 1));
        Assert.Equal(new Shape(2, 18, 12), columns.Shape);
        Expect.Close(
            x.Conv2d(weight, null, (2, 1), (1, 1)), weight.Reshape(4, 18).MatMul(columns).Reshape(2, 4, 3, 4));
    }

    [Fact]
    public void Folding_counts_how_often_each_pixel_was_seen()
    {
        Tensor<double> seen = Tensor.Ones<double>([1, 1, 3, 3]).Unfold(2).Fold(3, 2);
        Expect.Close(Tensor.From([1.0, 2, 1, 2, 4, 2, 1, 2, 1], [1, 1, 3, 3]), seen, 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Unfold((2, 3), (1, 2), 1, (2, 1)).Pow(2.0), Expect.Values([2, 2, 4, 3]));
        Expect.Gradients(x => x.Fold((4, 3), (2, 2), 1, Padding2d.Of(1, 0, 0, 1)).Pow(2.0), Expect.Values([2, 8, 12]));
    }

    [Fact]
    public void Folding_is_the_adjoint_of_unfolding()
    {
        Tensor<double> x = Expect.Values([2, 2, 4, 3]), y = Expect.Values([2, 8, 20], "y");
        Expect.Close((x.Unfold(2, padding: 1) * y).Sum(), (x * y.Fold((4, 3), 2, padding: 1)).Sum());
    }

    [Fact]
    public void One_image_needs_no_batch()
    {
        Tensor<double> image = Expect.Values([2, 5, 4]);
        Tensor<double> columns = image.Unfold((2, 3), stride: (2, 1), padding: 1);
        Expect.Bitwise(image.Unsqueeze(0).Unfold((2, 3), stride: (2, 1), padding: 1).Squeeze(0), columns);
        Expect.Bitwise(columns.Unsqueeze(0).Fold((5, 4), (2, 3), (2, 1), 1).Squeeze(0), columns.Fold((5, 4), (2, 3), (2, 1), 1));
        Expect.Gradients(x => x.Unfold(2).Fold((5, 4), 2).Exp(), image);
    }

    [Fact]
    public void Empty_batches_stay_empty() => Expect.Empty(xs => xs[0].Unfold(2), [0, 4, 1], new Shape(0, 1, 2, 2));

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Unfold: input [2, 3]; expected [N, C, H, W] or [C, H, W].", () => Expect.Values([2, 3]).Unfold(2));
        Expect.Throws<ArgumentException>("Unfold: the kernel 3×3", () => Expect.Values([1, 1, 2, 2]).Unfold(3));
        Expect.Throws<ArgumentException>("Fold: columns [1, 3, 4] with kernel 2×2; expected [N, C·4, windows] or [C·4, windows].", () => Expect.Values([1, 3, 4]).Fold(3, 2));
        Expect.Throws<ArgumentException>("Fold: columns [1, 4, 5] do not fit images [1, 1, 3, 3], whose windows make [1, 4, 4].", () => Expect.Values([1, 4, 5]).Fold(3, 2));
        Expect.Throws<ArgumentOutOfRangeException>("Unfold: stride 0×0; it must be at least 1.", () => Expect.Values([1, 1, 2, 2]).Unfold(2, 0));
    }
}
