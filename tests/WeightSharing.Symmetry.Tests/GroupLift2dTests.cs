using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupLift2dTests
{
    [Fact]
    public void Convolves_with_every_picture_of_the_filter()
    {
        foreach (PlanarGroup group in (PlanarGroup[])[PlanarGroup.P4, PlanarGroup.P4M])
        {
            var layer = new GroupLift2d<double>(group, 2, 3, 3, stride: 2, padding: 1);
            layer.Initialize(1);
            Tensor<double> x = Measure.Values([2, 2, 7, 7]), y = layer.Forward(x);
            Assert.Equal(new Shape(2, 3, group.Order, 4, 4), y.Shape);
            for (int g = 0; g < group.Order; g++)
            {
                Tensor<double> expected = x.Conv2d(Measure.Moved(layer.Weight.Value, g), layer.Bias!.Value, 2, 1);
                Assert.InRange(Measure.Difference(expected, y.Select(2, g)), 0, 1e-13);
            }
        }
    }

    [Fact]
    public void The_report_counts_what_the_group_saves()
    {
        var layer = new GroupLift2d<float>(PlanarGroup.P4M, 1, 4, 3);
        layer.Initialize(1);
        SharingReport report = SharingReport.Of(layer, () => layer.Forward(Tensor.Zeros<float>(1, 1, 8, 8)));
        Assert.Equal(4 * 9 + 4, report.FreeCount);
        Assert.Equal(8 * 36 * (4 * 9 + 4), report.UnsharedCount);
        Assert.Equal(8, report.Rows[0].Usages.Count);
        Assert.Equal(8 * (4 * 9 + 4), layer.ToConvolution().Parameters.FreeCount);
    }
}
