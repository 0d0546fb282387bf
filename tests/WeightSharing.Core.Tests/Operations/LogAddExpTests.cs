using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LogAddExpTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> a = Tensor.From(1000, -1000, 0.5, double.NegativeInfinity).RequireGradient(), b = Tensor.From(1001.0, -1000, -3, 2).RequireGradient();
        Tensor<double> y = a.LogAddExp(b);
        Expect.Close(Tensor.From(1001.3132616875182, -999.3068528194401, 0.5297504182726207, 2), y, 1e-15);
        y.Backward(Tensor.From(1.0, 2, 3, 4));
        Expect.Close(Tensor.From(0.2689414213699951, 1, 2.912063307745931, 0), a.Gradient!, 1e-15);
        Expect.Close(Tensor.From(0.7310585786300049, 1, 0.08793669225406896, 4), b.Gradient!, 1e-15);
    }

    [Fact]
    public void Equal_infinities_stay_and_halve_the_gradient()
    {
        Tensor<double> a = Tensor.From(double.NegativeInfinity, double.PositiveInfinity).RequireGradient();
        Tensor<double> y = a.LogAddExp(a.Detach());
        Assert.Equal([double.NegativeInfinity, double.PositiveInfinity], y.ToArray());
        y.Backward(Tensor.Ones<double>(2));
        Assert.Equal([0.5, 0.5], a.Gradient!.ToArray());
        Assert.True(double.IsNaN(Tensor.Scalar(double.NaN).LogAddExp(Tensor.Scalar(1.0)).Item()));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.LogAddExp(b), Expect.Values([2, 3], "a"), Expect.Values([3], "b"));
        Expect.Gradients(x => x.LogAddExp(x), Expect.Values([3]));
    }

    [Fact]
    public void It_is_LogSumExp_of_two() => Expect.Close(
        Tensor.Stack([Expect.Values([5], "a"), Expect.Values([5], "b")]).LogSumExp(0).To<float>(), Expect.Values([5], "a").To<float>().LogAddExp(Expect.Values([5], "b").To<float>()), 1e-6);

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "LogAddExp: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).LogAddExp(Expect.Values([3])));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].LogAddExp(xs[1]), [0, 3], new Shape(0, 3), new Shape(3));
}
