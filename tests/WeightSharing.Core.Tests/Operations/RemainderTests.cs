using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class RemainderTests
{
    private static readonly Tensor<double> Dividend = Tensor.From(5.5, -5.5, 5.5, -5.5, 6), Divisor = Tensor.From(2.0, 2, -2, -2, 3);

    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Check(static (a, b) => a.Remainder(b), [1.5, 0.5, -0.5, -1.5, 0], [-2, 6, 9, -8, -10]);
        Check(static (a, b) => a.Fmod(b), [1.5, -1.5, 1.5, -1.5, 0], [-2, 4, 6, -8, -10]);
    }

    [Fact]
    public void They_are_exact_where_the_quotient_is_not()
    {
        // 1 / 0.1 is rounded up to 10, yet 0.1 goes into 1 only nine times: the double is a little more than a tenth.
        Tensor<double> b = Tensor.From(0.1).RequireGradient(), rest = Tensor.From(1.0).Fmod(b);
        Assert.Equal(Math.IEEERemainder(1, 0.1) + 0.1, rest.Item());
        rest.Backward();
        Assert.Equal(-9, b.Gradient!.Item());
        Assert.Equal([double.NaN, 5], Tensor.From(5.0, 5).Remainder(Tensor.From(0, double.PositiveInfinity)).ToArray());
    }

    [Fact]
    public void Numbers_stand_for_tensors()
    {
        Assert.Equal([2f, 1, 0], Tensor.From(-1f, 1, 3).Remainder(3).ToArray());
        Assert.Equal([-1f, 1, 0], Tensor.From(-1f, 1, 3).Fmod(3).ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.Remainder(b), Dividend.Slice(0, 0, 4).Reshape(2, 2), Tensor.From(2.1, -1.7));
        Expect.Gradients((a, b) => a.Fmod(b), Dividend.Slice(0, 0, 4).Reshape(2, 2), Tensor.From(2.1, -1.7));
        Expect.Gradients(x => x.Remainder(x * 0.4) + x.Fmod(x * 0.4), Tensor.From(1.5, -2));
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        Expect.Throws<ArgumentException>("Remainder: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Remainder(Expect.Values([3])));
        Expect.Throws<ArgumentException>("Fmod: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Fmod(Expect.Values([3])));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Remainder(xs[1]), [0, 3], new Shape(0, 3), new Shape(3));

    private static void Check(Func<Tensor<double>, Tensor<double>, Tensor<double>> f, double[] values, double[] byDivisor)
    {
        Tensor<double> a = Dividend.Copy().RequireGradient(), b = Divisor.Copy().RequireGradient(), y = f(a, b);
        Assert.Equal(values, y.ToArray());
        y.Backward(Tensor.From(1.0, 2, 3, 4, 5));
        Assert.Equal([1.0, 2, 3, 4, 5], a.Gradient!.ToArray());
        Assert.Equal(byDivisor, b.Gradient!.ToArray());
    }
}
