using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupConvolutionConversionTests
{
    [Fact]
    public void The_plain_convolution_gives_the_same_and_converts_back_exactly()
    {
        foreach (PlanarGroup group in PlanarGroup.All)
        {
            var lift = new GroupLift2d<double>(group, 2, 3, 3, padding: 1);
            var conv = new GroupConv2d<double>(group, 2, 3, 3, dilation: 2, padding: 2, bias: false);
            lift.Initialize(1);
            conv.Initialize(2);
            Tensor<double> image = Measure.Values([2, 2, 5, 5]), maps = Measure.Values([2, 2, group.Order, 5, 5]);
            Conv2d<double> lifted = lift.ToConvolution(), joined = conv.ToConvolution();
            Assert.Equal(lift.Forward(image).ToArray(), lifted.Forward(image).ToArray());
            Assert.Equal(conv.Forward(maps).ToArray(), joined.Forward(maps.Flatten(1, 2)).ToArray());
            Assert.Equal(group.Order * lift.Parameters.FreeCount, lifted.Parameters.FreeCount);

            GroupConvolutionFit<GroupLift2d<double>> back = lifted.ToGroupLift2d(group);
            Assert.Equal((0.0, 0.0), (back.WeightResidual, back.BiasResidual));
            Assert.Equal(lift.Weight.Value.ToArray(), back.Layer.Weight.Value.ToArray());
            Assert.Equal(0, joined.ToGroupConv2d(group).WeightResidual);
        }
    }

    [Fact]
    public void The_residual_is_the_distance_to_the_nearest()
    {
        var plain = new Conv2d<double>(8, 4, 3);
        plain.Initialize(1);
        GroupConvolutionFit<GroupConv2d<double>> fit = plain.ToGroupConv2d(PlanarGroup.P4);
        Tensor<double> rest = plain.Weight.Value - fit.Layer.FilterBank;
        Assert.Equal(Math.Sqrt((rest * rest).Sum().Item()), fit.WeightResidual, 1e-12);
        Assert.True(fit.WeightResidual > 0.1 && fit.WeightResidual < fit.WeightNorm && fit.BiasResidual > 0);
        // Moving away in any direction is farther.
        fit.Layer.Weight.Parameter.Set(fit.Layer.Weight.Value + 0.01 * Measure.Values(fit.Layer.Weight.Shape));
        rest = plain.Weight.Value - fit.Layer.FilterBank;
        Assert.True(Math.Sqrt((rest * rest).Sum().Item()) > fit.WeightResidual);
    }

    [Fact]
    public void Refuses_what_has_no_group_convolution()
    {
        Assert.Contains("6 output channels; they must be a multiple of the group's 4 elements", Assert.Throws<ArgumentException>(
            () => new Conv2d<double>(4, 6, 3).ToGroupConv2d(PlanarGroup.P4)).Message, StringComparison.Ordinal);
        Assert.Contains("2 groups of channels", Assert.Throws<NotSupportedException>(() => new Conv2d<double>(4, 4, 3, groups: 2).ToGroupLift2d(PlanarGroup.P4)).Message, StringComparison.Ordinal);
    }
}
