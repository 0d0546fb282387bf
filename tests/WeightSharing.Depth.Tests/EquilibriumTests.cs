using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class EquilibriumTests
{
    private static readonly AndersonSettings Tight = new(1e-13, 200);

    private static Sequential<double> Contraction()
    {
        Sequential<double> body = Networks.Tanh(3, 3);
        body.Initialize(1);
        foreach (Parameter<double> parameter in body.Parameters) parameter.Set(parameter.Value.Detach() * 0.5);
        return body;
    }

    [Fact]
    public void Is_a_fixed_point_with_the_gradient_of_the_unrolled_layers()
    {
        Sequential<double> body = Contraction();
        var equilibrium = new Equilibrium<double>(body, settings: Tight);
        Tensor<double> x = Networks.Values([2, 3]), z = equilibrium.Forward(x);
        Networks.Close(body.Forward(z + x), z);
        Tensor<double>[] implicitly = Networks.Gradients(equilibrium, x), unrolled = Networks.Gradients(new Repeated<double>(body, 100, injection: InputInjection.Add), x);
        for (int i = 0; i < implicitly.Length; i++) Networks.Close(unrolled[i], implicitly[i], 1e-10);
    }

    [Fact]
    public void First_and_second_derivatives_agree_with_differences_parts_add_up_and_copies_agree()
    {
        var equilibrium = new Equilibrium<double>(Contraction(), settings: Tight);
        Tensor<double> x = Networks.Values([2, 3]);
        GradCheck.Verify(equilibrium.Forward, [2, 3]);
        Networks.PartsAddUp(equilibrium, () => equilibrium.Forward(x));
        Networks.IsCopied(equilibrium, x);
        Assert.Single(equilibrium.Parameters[0].Ledger.Usages);
    }

    // The input is computed from the layer's own weight: each way is counted once.
    [Fact]
    public void An_input_that_depends_on_the_same_weight_gets_no_gradient_twice()
    {
        Sequential<double> body = Contraction();
        var equilibrium = new Equilibrium<double>(body, settings: Tight);
        var unrolled = new Repeated<double>(body, 100, injection: InputInjection.Add);
        Tensor<double> x = Networks.Values([2, 3]), w = body.Parameters[0].Value;
        Networks.Close(Gradient.Of(unrolled.Forward(body.Forward(x)).Sum(), w), Gradient.Of(equilibrium.Forward(body.Forward(x)).Sum(), w), 1e-10);
    }

    [Fact]
    public void An_iteration_that_does_not_converge_says_how_far_it_came()
    {
        var grower = new Dense<double>(1, 1);
        grower.Weight.Parameter.Set(Tensor.From(new double[,] { { 3 } }));
        grower.Bias!.Parameter.Set(Tensor.From(1.0));
        ConvergenceException thrown = Assert.Throws<ConvergenceException>(
            () => new Equilibrium<double>(grower, settings: new AndersonSettings(MaximumIterations: 4, Memory: 0)).Forward(Tensor.Ones<double>([1, 1])));
        Assert.Equal(4, thrown.Iterations);
        Assert.True(thrown.Norm > 10 && thrown.Residual > 0.1);
        Assert.StartsWith("Equilibrium: no fixed point after 4 iterations: ‖f(z) − z‖ / ‖f(z)‖ = ", thrown.Message, StringComparison.Ordinal);
        Assert.StartsWith("Equilibrium: without an injection", Assert.Throws<ArgumentException>(() => new Equilibrium<double>(grower, InputInjection.None)).Message, StringComparison.Ordinal);
    }
}
