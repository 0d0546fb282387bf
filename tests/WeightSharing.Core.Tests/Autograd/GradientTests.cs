using CsCheck;
using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class GradientTests
{
    [Fact]
    public void Gradients_are_values_and_touch_no_leaf()
    {
        Tensor<double> a = Tensor.From(2.0, 3.0).RequireGradient(), b = Tensor.From(5.0, 7.0).RequireGradient();
        Tensor<double>[] gradients = Gradient.Of((a * b * b).Sum(), [a, b]);
        Assert.Equal([25.0, 49.0], gradients[0].ToArray());
        Assert.Equal([20.0, 42.0], gradients[1].ToArray());
        Assert.Null(a.Gradient);
        Assert.Null(b.Gradient);
        Assert.False(gradients[0].RequiresGradient);
    }

    [Fact]
    public void Gradients_lie_densely_whatever_views_they_came_through()
    {
        Tensor<double> a = Expect.Values([2, 3]).RequireGradient(), b = Expect.Values([3]).RequireGradient();
        foreach (bool differentiable in (bool[])[false, true])
        {
            Tensor<double>[] gradients = Gradient.Of((a.Transpose() * 2).Sum() + (a + b).Sum(), [a, b], differentiable);
            Assert.All(gradients, gradient => Assert.True(gradient.IsContiguous));
            Assert.Equal([3.0, 3, 3, 3, 3, 3], gradients[0].ToArray());
            Assert.True(Gradient.Of(a.Sum(), a, differentiable).IsContiguous);
            Assert.Equal([0.0, 2, 4, 1, 3, 5], Gradient.Of(a.Transpose(), [a], Tensor.Arange<double>(6).Reshape(3, 2), differentiable)[0].AsReadOnlySpan().ToArray());
        }
    }

    [Fact]
    public void Intermediate_results_have_gradients_too()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient(), h = x * x, y = (h * h + h).Sum();
        Tensor<double>[] gradients = Gradient.Of(y, [h, x, y]);
        Assert.Equal(9, gradients[0].Item());
        Assert.Equal(36, gradients[1].Item());
        Assert.Equal(1, gradients[2].Item());
    }

    [Fact]
    public void What_is_not_reached_has_a_gradient_of_zeros()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient(), other = Tensor.Ones<double>([2, 2]).RequireGradient();
        Tensor<double>[] gradients = Gradient.Of((x * x).Sum(), [x, other, other * 2]);
        Assert.Equal(4, gradients[0].Item());
        Expect.Bitwise(Tensor.Zeros<double>([2, 2]), gradients[1]);
        Expect.Bitwise(Tensor.Zeros<double>([2, 2]), gradients[2]);
    }

    [Fact]
    public void One_variable_may_be_asked_for_twice()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient();
        Tensor<double>[] gradients = Gradient.Of((x * x).Sum(), [x, x]);
        Assert.Equal([4.0, 4.0], gradients.Select(gradient => gradient.Item()));
    }

    [Fact]
    public void What_lies_below_the_variables_is_neither_computed_nor_given_up()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient(), h = x * x, y = h.Exp().Sum();
        Assert.Equal(Math.Exp(4), Gradient.Of(y, h).Item(), 1e-12);
        h.Sum().Backward();
        Assert.Equal(4, x.Gradient!.Item());
    }

    [Fact]
    public void A_path_through_a_graph_given_up_is_refused_never_missed()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient(), h = x * x;
        h.Sum().Backward();
        Tensor<double> y = (h.Exp() + x).Sum();
        Expect.Throws<InvalidOperationException>("Backward: the graph below Multiply [1] was given up", () => Gradient.Of(y, x, differentiable: true));
        Expect.Throws<InvalidOperationException>("Backward: the graph below Multiply [1] was given up", () => Gradient.Of((h.Exp() + x).Sum(), [h, x]));
        // What ends at the given-up node does not need what was below it.
        Assert.Equal(Math.Exp(4), Gradient.Of((h.Exp() + x).Sum(), h).Item(), 1e-12);
    }

    [Fact]
    public void Frozen_leaves_and_what_leads_to_them_alone_are_left_out()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient(), frozen = Tensor.From(3.0).RequireGradient();
        frozen.Node!.Frozen = true;
        Assert.False(frozen.RequiresGradient);
        Assert.Null((frozen * frozen).Node);
        (x * frozen).Sum().Backward();
        Assert.Equal(3, x.Gradient!.Item());
        Assert.Null(frozen.Gradient);

        // Frozen after it was used: the pass asks again.
        frozen.RequireGradient();
        Tensor<double> y = (x * frozen).Sum();
        frozen.Node!.Frozen = true;
        y.Backward();
        Assert.Null(frozen.Gradient);
    }

    [Fact]
    public void The_seed_multiplies_the_jacobian_from_the_left()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient(), seed = Tensor.From(3.0, 4.0).RequireGradient();
        Tensor<double> product = Gradient.Of(x * x, [x], seed, differentiable: true)[0];
        Assert.Equal([6.0, 16.0], product.ToArray());
        // Linear in the seed, which may be differentiated: the trick that makes forward mode of reverse mode.
        Assert.Equal([2.0, 4.0], Gradient.Of(product.Sum(), seed).ToArray());
        Expect.Throws<ArgumentException>("Gradient.Of: the gradient has shape [1], the tensor [2]; they must be equal.", () => Gradient.Of(x * x, [x], Tensor.From(1.0)));
        Expect.Throws<InvalidOperationException>("Backward: the tensor [2] has 2 elements; without a gradient only a scalar can start", () => Gradient.Of(x * x, x));
    }

    [Fact]
    public void Gradients_can_be_differentiated_any_number_of_times()
    {
        Tensor<double> x = Tensor.From(0.7).RequireGradient(), y = x * x * x * x;
        foreach (double expected in (double[])[4 * 0.343, 12 * 0.49, 24 * 0.7, 24])
        {
            y = Gradient.Of(y.Sum(), x, differentiable: true);
            Assert.Equal(expected, y.Item(), 1e-12);
        }

        Tensor<double> sine = x.Sin();
        for (int order = 1; order <= 6; order++) sine = Gradient.Of(sine.Sum(), x, differentiable: true);
        Assert.Equal(-Math.Sin(0.7), sine.Item(), 1e-14);
    }

    [Fact]
    public void A_differentiable_gradient_can_be_part_of_a_loss()
    {
        // The penalty of Gulrajani et al. 2017: (‖∂f/∂x‖² − 1)², differentiated by the weight.
        Tensor<double> x = Expect.Values([3, 4], "x").RequireGradient(), w = Expect.Values([4, 2], "w");
        GradCheck.Verify(weight =>
        {
            Tensor<double> slope = Gradient.Of(x.MatMul(weight).Tanh().Sum(), x, differentiable: true);
            Tensor<double> excess = (slope * slope).Sum(1) - 1;
            return (excess * excess).Mean();
        }, w, new GradCheckOptions { SecondOrder = false });
    }

    [Fact]
    public void Products_with_the_hessian_are_those_of_the_dense_hessian()
    {
        Gen.Int[0, 1000].Sample(seed =>
        {
            Tensor<double> w = Expect.Values([3, 2], $"w {seed}").RequireGradient(), b = Expect.Values([2], $"b {seed}").RequireGradient(), x = Expect.Values([4, 3], $"x {seed}");
            Tensor<double> Y() => (x.MatMul(w) + b).Tanh().LogSoftmax(1).Select(1, 0).Sum() + (w * w).Sum() * (b * b).Sum();
            double[,] hessian = new double[8, 8];
            for (int row = 0; row < 8; row++)
            {
                Tensor<double>[] gradients = Gradient.Of(Y(), [w, b], differentiable: true);
                Tensor<double> element = row < 6 ? gradients[0].Flatten().Select(0, row) : gradients[1].Select(0, row - 6);
                double[] line = [.. Gradient.Of(element, [w, b]).SelectMany(part => part.ToArray())];
                for (int column = 0; column < 8; column++) hessian[row, column] = line[column];
            }

            Tensor<double> v = Expect.Values([3, 2], $"v {seed}"), u = Expect.Values([2], $"u {seed}");
            double[] direction = [.. v.ToArray(), .. u.ToArray()];
            double[] expected = [.. Enumerable.Range(0, 8).Select(row => Enumerable.Range(0, 8).Sum(column => hessian[row, column] * direction[column]))];
            Expect.Close(expected, [.. Gradient.HessianVectorProduct(Y(), [w, b], [v, u]).SelectMany(part => part.ToArray())], 1e-12);
            for (int i = 0; i < 64; i++) Assert.Equal(hessian[i / 8, i % 8], hessian[i % 8, i / 8], 1e-12);
        }, iter: 20);
    }

    [Fact]
    public void The_hessian_of_a_linear_function_is_zero()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient(), unused = Tensor.From(1.0).RequireGradient();
        Tensor<double>[] products = Gradient.HessianVectorProduct((x * 3).Sum(), [x, unused], [Tensor.From(1.0, 1.0), Tensor.From(1.0)]);
        Assert.Equal([0.0, 0.0], products[0].ToArray());
        Assert.Equal([0.0], products[1].ToArray());
    }

    [Fact]
    public void Directions_must_fit_the_variables()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient();
        Expect.Throws<ArgumentException>(
            "HessianVectorProduct: 1 variables but 0 directions; each variable needs one.", () => Gradient.HessianVectorProduct((x * x).Sum(), [x], []));
        Expect.Throws<ArgumentException>(
            "HessianVectorProduct: direction 0 has shape [3], its variable [2]; they must be equal.",
            () => Gradient.HessianVectorProduct((x * x).Sum(), [x], [Tensor.Zeros<double>(3)]));
    }
}
