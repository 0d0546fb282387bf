using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class PenaltyTests
{
    [Fact]
    public void Value_and_gradient_follow_the_formula_and_no_use_is_noted()
    {
        Parameter<double> a = new(Tensor.From(1.0, -2, 0)), b = new(Tensor.From(3.0));
        Check(Penalty.L2(0.5, a, b, a), 0.5 * 14, [1, -2, 0], [3]);
        Check(Penalty.L1(0.5, a, b, a), 0.5 * 6, [0.5, -0.5, 0], [0.5]);
        Assert.Empty(a.Ledger.Usages);

        void Check(Func<Tensor<double>> penalty, double value, double[] first, double[] second)
        {
            a.ZeroGradient();
            b.ZeroGradient();
            Tensor<double> result = penalty();
            Assert.Equal(value, result.Item(), 1e-12);
            result.Backward();
            Assert.Equal(first, a.Gradient!.ToArray());
            Assert.Equal(second, b.Gradient!.ToArray());
        }
    }

    [Fact]
    public void A_strength_that_is_none_is_an_error() => Assert.StartsWith(
        "Penalty.L1: strength -1; expected a finite number of at least 0.",
        Assert.Throws<ArgumentOutOfRangeException>(() => Penalty.L1<double>(-1)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_random_walk_costs_the_squares_of_its_steps()
    {
        Parameter<double> walk = new(Tensor.From([1.0, 0, 3, 1, 2, 1], [3, 2])), still = new(Tensor.From([5.0, 6], [1, 2]));
        Tensor<double> penalty = Penalty.RandomWalk(0.5, walk, still)();
        Assert.Equal(0.5 * (4 + 1 + 1 + 0), penalty.Item(), 1e-12);
        penalty.Backward();
        Assert.Equal([-2, -1, 3, 1, -1, 0], walk.Gradient!.ToArray());
        Assert.Null(still.Gradient);
        Assert.Empty(walk.Ledger.Usages);
        Assert.Equal(
            "Penalty.RandomWalk: Parameter (unnamed) [] is a scalar; it has no first dimension to walk along.",
            Assert.Throws<ArgumentException>(() => Penalty.RandomWalk(1, new Parameter<double>(Tensor.Scalar(1.0)))).Message);
    }
}
