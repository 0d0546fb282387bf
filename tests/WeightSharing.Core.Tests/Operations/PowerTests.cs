using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PowerTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(2.0)]
    [InlineData(3.0)]
    [InlineData(-1.5)]
    [InlineData(0.5)]
    public void Constant_exponents_agree_with_the_scalar_function(double exponent)
    {
        Tensor<double> x = Expect.Values([2, 3]).Abs() + 0.3;
        Expect.Close(Tensor.From(x.ToArray().Select(v => Math.Pow(v, exponent)).ToArray(), [2, 3]), x.Pow(exponent), 1e-14);
        Expect.Gradients(v => v.Pow(exponent), x);
    }

    [Fact]
    public void Integer_powers_of_negative_numbers_have_gradients() => Expect.Gradients(x => x.Pow(3.0), Tensor.From(-1.5, -0.2, 0.7));

    [Fact]
    public void Gradients_at_base_zero_are_defined_for_both_orders()
    {
        foreach (double exponent in (double[])[0, 1, 2])
        {
            Tensor<double> x = Tensor.From(0.0, 2).RequireGradient();
            Tensor<double> gradient = Gradient.Of(x.Pow(exponent).Sum(), x, differentiable: true);
            Expect.Close(Tensor.From(exponent == 1 ? 1.0 : 0, exponent * Math.Pow(2, exponent - 1)), gradient);
            if (exponent == 2) Expect.Close(Tensor.From(2.0, 2), Gradient.Of(gradient.Sum(), x));
        }
    }

    [Fact]
    public void Tensor_exponents_have_gradients_for_both_operands() =>
        Expect.Gradients((a, b) => a.Pow(b), Expect.Values([2, 3], "a").Abs() + 0.3, Expect.Values([2, 3], "b"));

    [Fact]
    public void Operands_broadcast() => Expect.Gradients((a, b) => a.Pow(b), Expect.Values([2, 3], "a").Abs() + 0.3, Expect.Values([2, 1], "b"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zero_bases_and_zero_exponents_give_finite_gradients(bool differentiable)
    {
        Tensor<double> a = Tensor.From(0.0, 0, 2, 0).RequireGradient(), b = Tensor.From(0.0, 2, 0, 1).RequireGradient();
        Tensor<double>[] gradients = Gradient.Of(a.Pow(b).Sum(), [a, b], differentiable);
        Expect.Close(Tensor.From(0.0, 0, 0, 1), gradients[0]);
        Expect.Close(Tensor.From(0.0, 0, Math.Log(2), 0), gradients[1]);
    }

    [Fact]
    public void The_same_tensor_may_be_base_and_exponent() => Expect.Gradients(x => x.Pow(x), Expect.Values([4]).Abs() + 0.3);

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Pow(xs[1]), [0, 3], new Shape(0, 3), new Shape(3));

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "Pow: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Pow(Expect.Values([3])));
}
