using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class NeuralOdeTests
{
    private static NeuralOde<double> Make(OdeSolver solver, OdeGradient gradient, bool time = true)
    {
        var ode = new NeuralOde<double>(new LayerField<double>(Networks.Tanh(time ? 4 : 3, 3), time ? -1 : null), solver, gradient, 0.2, 1.3);
        ode.Initialize(1);
        return ode;
    }

    [Fact]
    public void Euler_is_the_tied_residual_network()
    {
        NeuralOde<double> ode = Make(OdeSolver.Euler(5), OdeGradient.ThroughSteps, time: false);
        Tensor<double> x = Networks.Values([2, 3]);
        Networks.Close(new Repeated<double>(((LayerField<double>)ode.Field).Layer, 5, residual: true, step: 1.1 / 5).Forward(x), ode.Forward(x));
    }

    [Theory]
    [InlineData(OdeGradient.ThroughSteps)]
    [InlineData(OdeGradient.Adjoint)]
    public void Gradients_agree_with_differences_parts_add_up_and_copies_agree(OdeGradient gradient)
    {
        NeuralOde<double> ode = Make(OdeSolver.RungeKutta4(30), gradient);
        Tensor<double> x = Networks.Values([2, 3]);
        GradCheck.Verify(ode.Forward, [2, 3]);
        Networks.PartsAddUp(ode, () => ode.Forward(x));
        Networks.IsCopied(ode, x);
        Assert.Equal(gradient == OdeGradient.Adjoint ? 1 : 30, ode.Parameters[0].Ledger.Usages.Count);
    }

    [Fact]
    public void Both_gradients_agree_for_the_parameters_too()
    {
        Tensor<double> x = Networks.Values([2, 3]);
        Tensor<double>[] steps = Networks.Gradients(Make(OdeSolver.DormandPrince(1e-10, 1e-12), OdeGradient.ThroughSteps), x);
        Tensor<double>[] adjoint = Networks.Gradients(Make(OdeSolver.DormandPrince(1e-10, 1e-12), OdeGradient.Adjoint), x);
        for (int i = 0; i < steps.Length; i++) Networks.Close(steps[i], adjoint[i], 1e-8);
    }

    [Fact]
    public void A_frozen_field_passes_the_gradient_to_its_input_alone()
    {
        NeuralOde<double> ode = Make(OdeSolver.RungeKutta4(4), OdeGradient.Adjoint);
        ode.Freeze();
        Tensor<double> x = Networks.Values([2, 3]).RequireGradient();
        ode.Forward(x).Sum().Backward();
        Assert.NotNull(x.Gradient);
        Assert.All(ode.Parameters, parameter => Assert.Null(parameter.Gradient));
    }

    [Fact]
    public void Inference_inside_a_scope_is_the_same()
    {
        NeuralOde<double> ode = Make(OdeSolver.DormandPrince(), OdeGradient.Adjoint);
        Tensor<double> x = Networks.Values([2, 3]);
        double[] expected = ode.Forward(x).ToArray();
        using TensorScope scope = TensorScope.Begin();
        using NoGrad off = NoGrad.Begin();
        Assert.Equal(expected, ode.Forward(x).ToArray());
    }
}
