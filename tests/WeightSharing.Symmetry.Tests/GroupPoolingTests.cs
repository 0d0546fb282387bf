using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupPoolingTests
{
    [Fact]
    public void Takes_the_maximum_or_mean_over_the_group()
    {
        Tensor<double> x = Tensor.From(1.0, 5, 3, 2, 0, 4).Reshape([1, 1, 3, 1, 2]);
        Assert.Equal([3.0, 5], new GroupMaxPool<double>().Forward(x).ToArray());
        Assert.Equal([4.0 / 3, 11.0 / 3], new GroupAveragePool<double>().Forward(x).ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(new Shape(1, 1, 1, 2), new GroupMaxPool<double>().Forward(x).Shape);
    }

    [Fact]
    public void Maps_move_as_images_afterwards()
    {
        foreach (Layer<double> layer in (Layer<double>[])[new GroupMaxPool<double>(), new GroupAveragePool<double>()])
        {
            Assert.InRange(EquivarianceCertificate.For(layer, PlanarGroup.P4M, [2, 8, 3, 3]).MaximalError, 0, 1e-12);
            Assert.Equal(layer.GetType(), layer.Clone().GetType());
            Assert.Contains("expected [N, C, |G|, ..]", Assert.Throws<ArgumentException>(() => layer.Forward(Measure.Values([2, 3]))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Autograd.GradCheck.Verify(new GroupMaxPool<double>().Forward, [2, 2, 4, 2, 2]);
        Autograd.GradCheck.Verify(new GroupAveragePool<double>().Forward, [2, 2, 4, 2, 2]);
    }
}
