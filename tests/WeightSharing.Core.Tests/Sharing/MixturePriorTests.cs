using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class MixturePriorTests
{
    private static (Parameter<double> A, Parameter<double> B, MixturePrior<double> Prior) Make()
    {
        var a = new Parameter<double>(Tensor.From(-1.0, 0.9, 1.1, 0));
        var b = new Parameter<double>(Tensor.From(new double[,] { { -1.1, 0.1 } }));
        var prior = new MixturePrior<double>(3, a, b);
        prior.Fit();
        return (a, b, prior);
    }

    [Fact]
    public void The_penalty_is_the_negative_log_likelihood_with_its_gradients()
    {
        (Parameter<double> a, Parameter<double> b, MixturePrior<double> prior) = Make();
        double[] means = prior.Means.ToArray(), deviations = prior.Deviations.ToArray(), parts = prior.Proportions.ToArray();
        double expected = -a.Value.ToArray().Concat(b.Value.ToArray()).Sum(w => Math.Log(Enumerable.Range(0, 3).Sum(j =>
            parts[j] * Math.Exp(-0.5 * Math.Pow((w - means[j]) / (deviations[j] + 0.01), 2)) / ((deviations[j] + 0.01) * Math.Sqrt(2 * Math.PI)))));
        Assert.Equal(2 * expected, prior.Penalty(2, 0.01).Item(), 12);
        prior.Penalty(1, 0.01).Backward();
        foreach (Parameter<double> parameter in new[] { a, b }.Concat(prior.Parameters))
        {
            double[] values = parameter.Value.ToArray(), analytic = parameter.Gradient!.ToArray();
            for (int i = 0; i < values.Length; i++)
            {
                double At(double value)
                {
                    double[] moved = [.. values];
                    moved[i] = value;
                    parameter.Set(Tensor.From(moved, parameter.Shape));
                    double penalty = prior.Penalty(1, 0.01).Item();
                    parameter.Set(Tensor.From(values, parameter.Shape));
                    return penalty;
                }

                Assert.Equal((At(values[i] + 1e-6) - At(values[i] - 1e-6)) / 2e-6, analytic[i], 1e-6);
            }
        }

        Assert.Empty(a.Ledger.Usages);
    }

    [Fact]
    public void Weights_of_one_component_become_one_free_value()
    {
        (_, _, MixturePrior<double> prior) = Make();
        IReadOnlyList<Tying> tyings = prior.ToTyings();
        Assert.Equal([0, 2, 2, 1], tyings[0].Indices.ToArray());
        Assert.Equal([0, 1], tyings[1].Indices.ToArray());
        Assert.Equal(6, prior.Responsibilities().Sum().Item(), 12);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Expect.Throws<ArgumentException>("MixturePrior: no weights; give at least one.", () => new MixturePrior<double>(2));
        Expect.Throws<ArgumentOutOfRangeException>("MixturePrior: strength NaN;", () => Make().Prior.Penalty(double.NaN));
    }
}
