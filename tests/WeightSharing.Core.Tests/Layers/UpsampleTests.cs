using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class UpsampleTests
{
    private static readonly Tensor<double> Sample = Tensor.Arange<double>(4).Reshape(1, 1, 2, 2);

    [Fact]
    public void Values_agree_with_PyTorch()
    {
        Assert.Equal([0.0, 0, 1, 1, 2, 2, 3, 3], new Upsample<double>((1, 2)).Forward(Sample).ToArray());
        Expect.Close([0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3], new Upsample<double>(2, UpsampleMode.Bilinear).Forward(Sample).ToArray(), 1e-14);
        double[] aligned = [0, 0.333333333333333, 0.666666666666667, 1, 0.666666666666667, 1, 1.33333333333333, 1.66666666666667, 1.33333333333333, 1.66666666666667, 2, 2.33333333333333, 2, 2.33333333333333, 2.66666666666667, 3];
        Expect.Close(aligned, new Upsample<double>(2, UpsampleMode.Bilinear, alignCorners: true).Forward(Sample).ToArray(), 1e-14);
        Expect.Close(aligned, new Upsample<double>(2, UpsampleMode.Bilinear, alignCorners: true).Clone().Forward(Sample).ToArray(), 1e-14);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(new Upsample<double>(2).Forward, Expect.Values([1, 2, 2, 3]));
        Expect.Gradients(new Upsample<double>((2, 3), UpsampleMode.Bilinear).Forward, Expect.Values([1, 2, 2, 3]));
    }

    [Fact]
    public void What_does_not_fit_is_refused() => Expect.Throws<ArgumentException>(
        "Upsample: input [2, 2]", () => new Upsample<double>(2).Forward(Expect.Values([2, 2])));
}
