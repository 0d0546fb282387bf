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
}
