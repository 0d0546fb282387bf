using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ResizeTests
{
    private static readonly Tensor<double> Square = Tensor.From([1.0, 2, 3, 4], [1, 1, 2, 2]);

    [Fact]
    public void Bilinear_values_agree_with_torch()
    {
        // torch.nn.functional.interpolate(x, (4, 4), mode='bilinear', align_corners=...)
        Expect.Close(
            Tensor.From([1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4.0], [1, 1, 4, 4]), Square.ResizeBilinear(4));
        Expect.Close(Tensor.From([1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4.0], [1, 1, 3, 3]), Square.ResizeBilinear(3, alignCorners: true));
        Expect.Close(Tensor.From([1.0, 2], [1, 1, 1, 2]), Square.ResizeBilinear((1, 2), alignCorners: true));
        Expect.Close(Tensor.From([2.5], [1, 1, 1, 1]), Square.ResizeBilinear(1));
    }

    [Fact]
    public void Nearest_values_agree_with_torch()
    {
        Expect.Close(Tensor.From([1.0, 1, 2, 1, 1, 2, 3, 3, 4], [1, 1, 3, 3]), Square.ResizeNearest(3), 0);
        Expect.Close(Tensor.From([1.0], [1, 1, 1, 1]), Square.ResizeNearest(1), 0);
    }

    [Theory]
    [InlineData(5, 2, false)]
    [InlineData(2, 7, true)]
    public void Gradients_agree_with_differences(int height, int width, bool alignCorners)
    {
        Expect.Gradients(x => x.ResizeBilinear((height, width), alignCorners).Pow(2.0), Expect.Values([2, 1, 3, 4]));
        Expect.Gradients(x => x.ResizeNearest((height, width)).Pow(2.0), Expect.Values([1, 2, 3, 4]));
    }

    [Fact]
    public void Empty_batches_stay_empty() => Expect.Empty(xs => xs[0].ResizeBilinear(3), [0, 1, 3, 3], new Shape(0, 1, 2, 2));

    [Fact]
    public void Images_without_pixels_are_refused() => Expect.Throws<ArgumentException>(
        "ResizeNearest: input [1, 1, 0, 2] to size 3×3; expected [N, C, H, W] with pixels, and a size of at least 1.",
        () => Tensor.Zeros<double>([1, 1, 0, 2]).ResizeNearest(3));
}
