using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Hessians;
using WeightSharing.Layers;

namespace WeightSharing.Tests.Hessians;

public sealed class HessianExperimentTests
{
    private static readonly CurvatureNetwork Problem = new(new DigitTrial(DigitImages.Load(new DataSource(null)), seed: 1, repeat: 0), maps: 2,
        perClass: 2);

    [Fact]
    public void The_unshared_network_is_the_same_function_with_one_tying_a_parameter()
    {
        Sequential<double> shared = Problem.Create(shared: true, seed: 3).To<double>(), unshared = CurvatureNetwork.Unshared(shared);
        Assert.Equal(shared.Parameters.Select(parameter => parameter.Count), Problem.Tyings.Select(tying => tying.FreeCount));
        Assert.Equal(unshared.Parameters.Select(parameter => parameter.Count), Problem.Tyings.Select(tying => tying.FullShape.Count));
        Assert.Equal(CurvatureNetwork.Places, unshared.Parameters[0].Shape[0]);
        double[] expected = shared.Forward(Problem.Test.Images.To<double>()).ToArray(),
            actual = unshared.Forward(Problem.Test.Images.To<double>()).ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    [Fact]
    public void The_shared_Hessian_is_the_unshared_one_seen_through_the_tying()
    {
        var study = new CurvatureStudy(Problem, steps: 20, cells: 3, TestContext.Current.CancellationToken);
        study.StudyShared(seed: 4);
        Assert.InRange(study.IdentityError, 0, 1e-14);
        Assert.Equal((110, 110, 36 * 20 - 20), (study.Shared!.Eigenvalues.Length, study.Along.Length, study.Across.Length));
        // The traces of the blocks and of the whole say the same, and Sᵀ·S counts the places of every filter.
        Assert.InRange(study.Shared.Largest, study.Along.Max(Math.Abs), CurvatureNetwork.Places * study.Along.Max(Math.Abs));
        Assert.Equal(study.SharedLandscape[1, 1], study.AcrossLandscape[1, 1], 1e-12);
    }

    [Fact]
    public void A_rate_that_is_too_high_is_given_up_and_one_in_range_trains()
    {
        Descent good = Run(1), wild = Run(1e5);
        Assert.Equal(40, good.Losses.Length);
        Assert.True(good.FinalLoss < good.Losses[0]);
        Assert.True(wild.Losses.Length < 40 && double.IsPositiveInfinity(wild.FinalLoss));

        Descent Run(double rate) => Descent.Run(Problem.Create(shared: true, seed: 5), Problem, rate, steps: 40,
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_range_is_that_of_every_start_and_the_fastest_rate_that_of_the_slowest()
    {
        Descent[,] descents =
        {
            { Of(3, 2), Of(3, 2) },
            { Of(2, 0.4), Of(2, 0.9) },
            { Of(2, 0.4), Of(2, 0.3) },
            { Of(0.4, 0.3), Of(0.4, 0.3) },
            { Of(0.2, 0.1), Of(Descent.GivenUp) },
        };
        var study = new RateStudy("conv", "convolution", [1, 2, 4, 8, 16], descents, target: 0.5);
        Assert.Equal((4.0, 8.0, 2.0), (study.Range.Lowest, study.Range.Highest, study.Range.Ratio));
        Assert.Equal([8.0, 2.0], study.Ranges.Select(range => range.Ratio));
        Assert.Equal((3, 1), (study.BestAt, study.Steps[3][0]));
        Assert.Equal(Math.Log(10), study.FinalLosses[4]);

        static Descent Of(params double[] losses) => new(losses, 0.5);
    }
}
