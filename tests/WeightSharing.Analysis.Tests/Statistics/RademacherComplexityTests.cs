using CsCheck;
using WeightSharing.Analysis;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class RademacherComplexityTests
{
    [Fact]
    public void A_class_that_fits_any_noise_has_complexity_one_and_a_constant_has_none()
    {
        Assert.Equal((1, 0), RademacherComplexity.Estimate(20, 5, (signs, _) => [.. signs.Select(sign => (double)sign)]));
        (double mean, double error) = RademacherComplexity.Estimate(400, 50, (signs, _) => [.. signs.Select(_ => 1.0)]);
        Assert.InRange(Math.Abs(mean), 0, 4 * error + 1e-12);
        Assert.Contains("draw 0 returned 1 outputs", Assert.Throws<ArgumentException>(() => RademacherComplexity.Estimate(2, 1, (_, _) => [0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sharing_lowers_the_complexity_of_linear_functions()
    {
        // Unit vectors: ‖Σσx‖ = √n, over n. Their sum, as the tying of all weights sees them, is a single number: E|Σσ|/n ≈ √(2/π)·√n/n, for a weight of norm 1/√k.
        Tensor<double> x = Tensor.Eye<double>(64);
        Assert.Equal(1.0 / 8, RademacherComplexity.OfLinear(x, 1), 1e-12);
        double tied = RademacherComplexity.OfLinear(Tensor.Ones<double>([64, 1]), 1 / Math.Sqrt(64), draws: 4000);
        Assert.Equal(Math.Sqrt(2 / Math.PI) / 8 / 8, tied, 0.002);
    }
}
