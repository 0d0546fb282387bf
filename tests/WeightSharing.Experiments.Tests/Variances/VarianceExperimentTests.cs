using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Variances;
using WeightSharing.Layers;

namespace WeightSharing.Tests.Variances;

public sealed class VarianceExperimentTests
{
    [Fact]
    public void Probabilities_are_the_softmax_of_the_logits()
    {
        var trial = new DigitTrial(DigitImages.Load(new DataSource(null)), seed: 1, repeat: 0);
        Sequential<float> network = trial.Network(Connectivity.Convolution, Layout.Scattered);
        Examples some = trial.Lay(Layout.Scattered, [.. trial.Split.Test.Take(3)]);
        float[] logits = Teaching.Logits(network, some);
        double[][] probabilities = Teaching.Probabilities(network, some);
        Assert.Equal((3, 10), (probabilities.Length, probabilities[0].Length));
        double sum = Enumerable.Range(0, 10).Sum(c => Math.Exp(logits[10 + c]));
        for (int c = 0; c < 10; c++) Assert.Equal(Math.Exp(logits[10 + c]) / sum, probabilities[1][c], 1e-12);
    }

    [Fact]
    public void Networks_that_agree_have_bias_alone_and_networks_about_the_truth_variance_alone()
    {
        double[][] right = [[1, 0], [0, 1]], wrong = [[0, 1], [1, 0]];
        VarianceStudy same = Study(right, right), apart = Study(right, wrong);
        Assert.Equal((0.0, 0.0), (same.Parts[0].Bias, same.Parts[0].Variance));
        Assert.Equal((0.5, 0.5), (apart.Parts[0].Bias, apart.Parts[0].Variance));
        Assert.Equal((1.0, 0.5), (same.Accuracy.Bands[0].Mean, apart.Accuracy.Bands[0].Mean));

        static VarianceStudy Study(params double[][][] models) =>
            new(Connectivity.Convolution, [.. VarianceExperiment.PerClass.Select(_ => models)], [0, 1]);
    }

    [Fact]
    public void All_deals_are_measured_with_the_same_digits()
    {
        DigitImages digits = DigitImages.Load(new DataSource(null));
        DigitTrial first = new(digits, 1, 0), second = new(digits, 1, 1);
        Assert.Equal(first.Split.Test, second.Split.Test);
        Assert.NotEqual(first.Split.Training(10), second.Split.Training(10));
        Assert.Empty(second.Split.Training(50).Intersect(first.Split.Test));
    }
}
