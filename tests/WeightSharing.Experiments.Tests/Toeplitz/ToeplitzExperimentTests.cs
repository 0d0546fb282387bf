using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Toeplitz;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Toeplitz;

public sealed class ToeplitzExperimentTests
{
    [Fact]
    public void The_difference_is_measured_against_the_size_of_what_is_right()
    {
        Assert.Equal(0.1 / 3, Geometry.Difference([1, 2.1], [1, 2.0]), 1e-15);
        Assert.Equal(0, Geometry.Difference([0], [0.0]));
    }

    [Fact]
    public void A_convolution_is_its_matrix_in_every_geometry()
    {
        Conv2d<double>[] layers =
        [
            new(2, 3, 3, padding: 1), new(2, 3, 3, stride: 2, padding: 1), new(2, 3, 3, padding: 1, paddingMode: PaddingMode.Circular),
            new(2, 3, 3, padding: 1, paddingMode: PaddingMode.Reflect),
        ];
        Geometry[] geometries = [.. layers.Select((layer, i) =>
        {
            layer.Initialize(i);
            return Geometry.Of($"{i}", layer, (6, 5), RandomKey.Of(i));
        })];
        Assert.All(geometries, geometry => Assert.InRange(geometry.Error, 0, 1e-14));
        // Toeplitz in blocks where the stride is 1 and nothing is folded back.
        Assert.Equal([true, false, true, false], geometries.Select(geometry => geometry.Distance is < 1e-14));
        Assert.Equal((90, 60, 54), (geometries[0].Rows, geometries[0].Columns, geometries[0].FreeCount));

        var sequences = new Conv1d<double>(2, 3, 3, padding: 1);
        sequences.Initialize(seed: 1);
        Assert.InRange(Geometry.Of("1d", sequences, 9, RandomKey.Of(1)).Error, 0, 1e-14);
    }

    [Fact]
    public void The_spectrum_before_after_and_clipped_is_exact()
    {
        var layer = new Conv2d<double>(2, 3, 3, padding: 1);
        layer.Initialize(seed: 1);
        Tensor<double> first = layer.Weight.Value.Copy();
        layer.Weight.Parameter.Set(first * 2);
        SpectrumCheck check = SpectrumCheck.Of("layer", layer, first, (6, 5));
        Assert.InRange(check.Error, 0, 1e-12);
        Assert.Equal(2 * check.Before[0], check.After[0], 1e-12);
        Assert.Equal(check.After[0] / 2, check.Clipped[0], 1e-12);
        Assert.Equal(check.After[0], check.Gains.Cast<double>().Max(), 1e-12);
        Assert.InRange(check.PaddedNorm, 0.5 * check.After[0], check.After[0]);
    }

    [Fact]
    public void A_layer_that_begins_shared_leaves_the_convolutions_and_one_that_does_not_begins_far_away()
    {
        var projection = new ProjectionCheck(new DigitTrial(DigitImages.Load(new DataSource(null)), 1, 0), Layout.Centred, 5);
        Drift shared = projection.Local(beginsShared: true, new Recipe(0.01, 24), TestContext.Current.CancellationToken);
        Drift local = projection.Local(beginsShared: false, new Recipe(0.01, 24), TestContext.Current.CancellationToken);
        Assert.Equal([0.0, 2, 4], shared.Steps.Take(3));
        Assert.InRange(shared.Residuals[0], 0, 1e-6);
        Assert.True(shared.Residuals[^1] > 0.05);
        Assert.InRange(local.Residuals[0], 0.95 * local.ChanceResidual, 1);
        Assert.Equal(DigitNetwork.FirstMaps * 9, local.Nearest.Length);
    }
}
