using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TrigonometryTests
{
    [Fact]
    public void Values_are_those_of_the_scalar_functions()
    {
        double[] points = [-0.9, -0.2, -1e-9, 0, 0.3, 0.8];
        Check(points, Math.Tan, x => x.Tan());
        Check([-1, .. points, 1], Math.Asin, x => x.Asin());
        Check([-1, .. points, 1], Math.Acos, x => x.Acos());
        Check([-1e300, .. points, 1e300], Math.Atan, x => x.Atan());
        Check([-20, .. points], Math.Sinh, x => x.Sinh());
        Check([-20, .. points], Math.Cosh, x => x.Cosh());
        Check([0.25, 4], x => 1 / Math.Sqrt(x), x => x.ReciprocalSqrt());
        Check([0.25, -4], x => 1 / x, x => x.Reciprocal());
        Check(points, x => x * x, x => x.Square());
        Assert.Equal(1e-20, Tensor.Scalar(1e-20).Sinh().Item());
        Assert.True(double.IsNaN(Tensor.Scalar(1.5).Asin().Item()) && double.IsNaN(Tensor.Scalar(-1.5).Acos().Item()));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor<double> x = Expect.Between(-0.8, 0.8, [2, 3]);
        foreach (Func<Tensor<double>, Tensor<double>> f in (Func<Tensor<double>, Tensor<double>>[])[
            v => v.Tan(), v => v.Asin(), v => v.Acos(), v => v.Atan(), v => v.Sinh(), v => v.Cosh(), v => (v + 2.0).ReciprocalSqrt(), v => (v + 2.0).Reciprocal(), v => v.Square()])
        {
            Expect.Gradients(f, x);
        }
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Tan().Atan(), [0, 3], new Shape(0, 3));

    private static void Check(double[] points, Func<double, double> scalar, Func<Tensor<double>, Tensor<double>> f)
    {
        double[] expected = [.. points.Select(scalar)], actual = f(Tensor.From(points)).ToArray();
        for (int i = 0; i < points.Length; i++) Assert.Equal(expected[i], actual[i], 4e-16 * Math.Max(1, Math.Abs(expected[i])));
    }
}
