using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.LeCun1989;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.LeCun1989;

public sealed class LeCun1989ExperimentTests
{
    // Layer by layer as published: 1068, 2592, 5790 and 310 parameters; 64 660 connections together.
    [Fact]
    public void The_network_has_the_published_counts()
    {
        Sequential<float> network = ZipCodeNetwork.Create(seed: 1);
        SharingReport report = SharingReport.Of(network, () => network.Forward(Tensor.Zeros<float>([1, 1, 16, 16])));
        Assert.Equal([1068L, 2592, 5790, 310], report.Rows.Chunk(2).Select(layer => layer.Sum(row => row.FreeCount)));
        Assert.Equal(64660, report.UnsharedCount);
    }

    [Fact]
    public void Images_are_16_by_16_between_white_and_black_and_reproducible()
    {
        ZipCodeImages images = ZipCodeImages.Load(new DataSource(null), RandomKey.Of(1)), again = ZipCodeImages.Load(new DataSource(null), RandomKey.Of(1));
        Assert.Equal(new Shape(1000, 1, 16, 16), images.Training.Images.Shape);
        Assert.Equal(new Shape(500, 1, 16, 16), images.Test.Images.Shape);
        float[] pixels = images.Training.Images.ToArray();
        Assert.Equal((-1f, 1f), (pixels.Min(), pixels.Max()));
        Assert.Equal(pixels, again.Training.Images.ToArray());
        Assert.Equal(images.Test.Labels.ToArray(), again.Test.Labels.ToArray());
    }
}
