using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Verification;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Verification;

public sealed class VerificationExperimentTests
{
    private static readonly DigitImages Digits = DigitImages.Load(new DataSource(null));

    [Fact]
    public void Every_split_trains_on_six_digits_of_its_own_choice()
    {
        var trials = Enumerable.Range(0, 5).Select(split => new VerificationTrial(Digits, seed: 1, split)).ToArray();
        Assert.All(trials, trial => Assert.Equal(6, trial.TrainedLabels.Distinct().Count()));
        Assert.True(trials.Select(trial => string.Join(' ', trial.TrainedLabels.Order())).Distinct().Count() > 1);
    }

    [Fact]
    public void Pairs_are_half_of_the_same_digit_and_never_the_same_image()
    {
        (Tensor<float> left, Tensor<float> right, Tensor<bool> same) = new VerificationTrial(Digits, seed: 1, split: 0).TestPairsOf(400);
        Assert.Equal(200, same.ToArray().Count(value => value));
        Assert.All((left - right).Abs().Sum([1, 2, 3]).ToArray(), difference => Assert.True(difference > 0));
    }

    [Fact]
    public void A_shared_encoder_learns_a_symmetric_distance_that_serves_for_other_digits()
    {
        VerificationResult result = new VerificationTrial(Digits, seed: 1, split: 0).Run(Streams.Shared, steps: 60, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (result.Asymmetry, result.SelfDistance));
        Assert.True(result.Curve.EqualErrorRate < 0.35, result.Curve.ToString());
        VerificationResult separate = new VerificationTrial(Digits, seed: 1, split: 0).Run(Streams.Separate, steps: 5, TestContext.Current.CancellationToken);
        Assert.True(separate.Asymmetry > 0 && separate.SelfDistance > 0);
        Assert.Equal(2 * result.Parameters, separate.Parameters);
    }
}
