using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Layers;

public sealed class RepeatedTests
{
    [Fact]
    public void Equals_a_recurrent_net_that_sees_the_same_input_at_every_step()
    {
        var layer = new Repeated<double>(Networks.Tanh(5 + 3, 5), times: 4, injection: InputInjection.Concatenate);
        layer.Initialize(1);
        Tensor<double> x = Networks.Values([2, 3]), h = Networks.Values([2, 5], 6), w = layer.Parameters["body.0.weight"].Value, b = layer.Parameters["body.0.bias"].Value;
        Tensor<double> y = layer.Forward(x, h);
        for (int t = 0; t < 4; t++) h = (h.Linear(w[.., ..5]) + x.Linear(w[.., 5..]) + b).Tanh();
        Networks.Close(h, y);
    }

    [Fact]
    public void Equals_the_recurrent_layer_with_the_same_weights_and_the_same_input_at_every_step()
    {
        var layer = new Repeated<double>(Networks.Tanh(5 + 3, 5), times: 4, injection: InputInjection.Concatenate);
        layer.Initialize(1);
        var net = new Rnn<double>(3, 5);
        net.Initialize(2);
        Tensor<double> w = layer.Parameters["body.0.weight"].Value;
        net.Parameters["weight_hh_l0"].Parameter.Set(w[.., ..5]);
        net.Parameters["weight_ih_l0"].Parameter.Set(w[.., 5..]);
        net.Parameters["bias_ih_l0"].Parameter.Set(layer.Parameters["body.0.bias"].Value);
        net.Parameters["bias_hh_l0"].Parameter.Set(Tensor.Zeros<double>(5));

        Tensor<double> x = Networks.Values([2, 3]), h = Networks.Values([2, 5], 6);
        Tensor<double> steps = net.Forward(Tensor.Stack([x, x, x, x], 0), h.Unsqueeze(0)).Output;
        Tensor<double> y = layer.Forward(x, h);
        Networks.Close(steps[3..].Reshape(2, 5), y);

        // The gradients of the shared weight are the same, in its two parts.
        steps[3..].Sum().Backward();
        y.Sum().Backward();
        Tensor<double> gradient = layer.Parameters["body.0.weight"].Parameter.Gradient!;
        Networks.Close(net.Parameters["weight_hh_l0"].Parameter.Gradient!, gradient[.., ..5]);
        Networks.Close(net.Parameters["weight_ih_l0"].Parameter.Gradient!, gradient[.., 5..]);
    }

    // y' = y in ten residual steps of 0.1: Euler gives 1.1¹⁰ for value and gradient.
    [Fact]
    public void A_residual_with_a_step_is_Eulers_method()
    {
        Tensor<double> x = Tensor.From(1.0).RequireGradient();
        Tensor<double> y = new Repeated<double>(new Identity<double>(), 10, residual: true, step: 0.1).Forward(x);
        y.Backward();
        Assert.Equal(Math.Pow(1.1, 10), y.Item(), 14);
        Assert.Equal(Math.Pow(1.1, 10), x.Gradient!.Item(), 14);
    }

    [Theory]
    [InlineData(false, InputInjection.None)]
    [InlineData(true, InputInjection.None)]
    [InlineData(true, InputInjection.Add)]
    public void Each_step_is_a_usage_and_their_parts_add_up(bool residual, InputInjection injection)
    {
        var layer = new Repeated<double>(Networks.Tanh(3, 3), times: 3, residual, injection: injection);
        layer.Initialize(1);
        Tensor<double> x = Networks.Values([2, 3]);
        Networks.PartsAddUp(layer, () => layer.Forward(x));
        Assert.Equal([Site.Depth(0), Site.Depth(1), Site.Depth(2)], layer.Parameters["body.0.weight"].Parameter.Ledger.Usages.Select(usage => usage.Site));
        GradCheck.Verify(layer.Forward, [2, 3]);
        Networks.IsCopied(layer, x);
    }

    [Fact]
    public void A_stack_of_its_own_layers_starts_with_the_same_output_and_n_times_the_parameters()
    {
        var layer = new Repeated<double>(Networks.Tanh(3, 3), times: 4, residual: true, step: 0.5);
        layer.Initialize(1);
        LayerStack<double> stack = layer.ToStack();
        Tensor<double> x = Networks.Values([2, 3]);
        Assert.Equal(layer.Forward(x).ToArray(), stack.Forward(x).ToArray());
        Assert.Equal(4 * layer.Parameters.FreeCount, stack.Parameters.FreeCount);
    }

    [Fact]
    public void Trains_at_200_layers()
    {
        var layer = new Repeated<double>(Networks.Tanh(4, 4), times: 200, residual: true, step: 1 / 200.0);
        layer.Initialize(1);
        Tensor<double> x = Networks.Values([16, 4]), target = x.Flip(1);
        var optimizer = new Adam<double>(layer.Parameters, 0.1);
        double Step()
        {
            using TensorScope scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            Tensor<double> loss = Loss.MeanSquaredError(layer.Forward(x), target);
            loss.Backward();
            optimizer.Step();
            return loss.Item();
        }

        double before = Step(), after = before;
        for (int i = 0; i < 60; i++) after = Step();
        Assert.True(after < 0.5 * before, $"{before} → {after}");
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Assert.StartsWith("Repeated: a step of 0.5 without a residual;", Assert.Throws<ArgumentException>(() => new Repeated<double>(new Identity<double>(), 2, step: 0.5)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Repeated: -1 steps of depth; expected 0 or more.", Assert.Throws<ArgumentOutOfRangeException>(() => new Repeated<double>(new Identity<double>(), -1)).Message, StringComparison.Ordinal);
        var wide = new Repeated<double>(Networks.Tanh(3, 1), 1, residual: true);
        wide.Initialize(1);
        Assert.StartsWith("Repeated: at depth 0 the layer gives [2, 1] for a state [2, 3]; a residual needs equal shapes.",
            Assert.Throws<ArgumentException>(() => wide.Forward(Networks.Values([2, 3]))).Message, StringComparison.Ordinal);
    }
}
