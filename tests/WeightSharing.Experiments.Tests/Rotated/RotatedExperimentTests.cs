using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Rotated;
using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Rotated;

public sealed class RotatedExperimentTests
{
    private static readonly RotatedDigits Digits = RotatedDigits.Load(new DataSource(null), RandomKey.Of(1), quick: false);

    // The published convolutions have 21 510 and 24 560 parameters; batch normalisation adds two a channel and layer.
    [Fact]
    public void The_networks_for_MNIST_have_the_published_counts()
    {
        long[] counts = [.. FilterSharing.All.Select(sharing => RotatedNetwork.Create(sharing, 28, 1).Parameters.FreeCount - 2L * 6 * sharing.Channels)];
        Assert.Equal([21_510L, 21_510, 24_560, 20_740], counts);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(28)]
    public void Networks_over_a_group_answer_the_same_to_turned_digits(int size)
    {
        foreach (FilterSharing sharing in FilterSharing.All.Where(sharing => sharing.Group is not null))
        {
            Sequential<float> network = RotatedNetwork.Create(sharing, size, 1);
            EquivarianceCertificate certificate = EquivarianceCertificate.For(network, sharing.Group!, [1, size, size], samples: 1);
            Assert.InRange(certificate.MaximalError, 0, 1e-12);
            Assert.True(certificate.LargestOutput > 1e-3);
        }
    }

    [Fact]
    public void Digits_are_reproducible_turned_and_dealt_apart()
    {
        RotatedDigits again = RotatedDigits.Load(new DataSource(null), RandomKey.Of(1), quick: false);
        Assert.Equal(Digits.Training.Images.ToArray(), again.Training.Images.ToArray());
        Assert.Equal((1000, 2000, 12), (Digits.Training.Count, Digits.Test.Count, Digits.Size));
        Assert.NotEqual(Digits.Again(0).ToArray(), Digits.Again(1).ToArray());
        // Four steps around the circle are quarter turns: pixels move exactly.
        Tensor<float> around = Digits.Around(3, 4);
        for (int turn = 0; turn < 4; turn++)
        {
            Tensor<float> turned = PlanarGroup.P4.OnImages(1, 12).Apply(turn, around[..1]);
            Assert.True((turned - around[turn..(turn + 1)]).Abs().Max().Item() < 1e-5f);
        }
    }

    [Fact]
    public void Training_teaches_and_turned_digits_are_classified_alike()
    {
        FilterSharing p4 = FilterSharing.All.Single(sharing => sharing.Key == "p4");
        RotatedOutcome outcome = RotatedTrial.Run(p4, Digits, new RotatedRecipe(2, 50, 0.005), RandomKey.Of(2), TestContext.Current.CancellationToken);
        Assert.True(outcome.Error < 0.5, $"error {outcome.Error}");
        // Rounding may turn a tie or two.
        Assert.Equal(outcome.Error, outcome.ErrorOfTurned, 0.002);
        Assert.True(Teaching.Accuracy(outcome.Network, Digits.Training) > 0.5);
    }
}
