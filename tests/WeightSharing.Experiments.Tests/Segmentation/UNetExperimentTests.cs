using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Segmentation;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Segmentation;

public sealed class UNetExperimentTests
{
    [Fact]
    public void Tying_leaves_at_most_six_tenths_of_the_parameters()
    {
        long tied = UNetExperiment.Network(UNetTying.Adjoint, small: false, 1).Parameters.FreeCount, untied = UNetExperiment.Network(UNetTying.None, small: false, 1).Parameters.FreeCount;
        Assert.True(tied <= 0.6 * untied, $"{tied} of {untied}");
    }

    [Fact]
    public void Training_on_synthetic_cells_beats_the_constant_answer_on_sections_never_seen()
    {
        Sections sections = Sections.Load(new DataSource(null), RandomKey.Of(1), quick: true);
        Assert.Equal((30, 20, 10), (sections.Count, sections.TrainingCount, sections.Test.Count()));
        UNet<float> network = UNetExperiment.Network(UNetTying.Adjoint, small: true, 1);
        SegmentationTraining.Train(network, sections, new SegmentationRecipe(40, 32, 4, 1e-2), RandomKey.Of(2), TestContext.Current.CancellationToken);
        network.Evaluate();
        double accuracy = sections.Test.Average(section => SegmentationTraining.Accuracy(SegmentationTraining.Segment(network, sections, section), sections.Labels[section]));
        Assert.True(accuracy > sections.ConstantAccuracy() + 0.1, $"{accuracy}");
    }
}
