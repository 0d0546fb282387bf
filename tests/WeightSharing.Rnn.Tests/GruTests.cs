using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GruTests
{
    [Fact]
    public void Is_a_loop_of_its_cell_also_in_its_gradients()
    {
        var net = new Gru<double>(3, 4);
        net.Initialize(seed: 1);
        var cell = new GruCell<double>(3, 4);
        cell.Initialize(seed: 1);
        cell.InputWeight.Parameter.Set(net.InputWeights[0].Value);
        cell.RecurrentWeight.Parameter.Set(net.RecurrentWeights[0].Value);
        cell.InputBias!.Parameter.Set(net.InputBiases[0].Value);
        cell.RecurrentBias!.Parameter.Set(net.RecurrentBiases[0].Value);
        Tensor<double> x = Close.Normal([5, 2, 3], 2);
        Tensor<double>? h = null;
        Tensor<double> sum = Tensor.Scalar(0.0);
        for (int t = 0; t < 5; t++) sum += (h = cell.Forward(x.Select(0, t), h)).Pow(2).Sum();
        Tensor<double> y = net.Forward(x).Output;
        Close.To(h!, y.Select(0, -1), 1e-14);
        sum.Backward();
        y.Pow(2).Sum().Backward();
        Close.To(cell.RecurrentWeight.Parameter.Gradient!, net.RecurrentWeights[0].Parameter.Gradient!, 1e-12);
        Close.To(cell.InputBias.Parameter.Gradient!, net.InputBiases[0].Parameter.Gradient!, 1e-12);
        Close.To(cell.RecurrentBias.Parameter.Gradient!, net.RecurrentBiases[0].Parameter.Gradient!, 1e-12);
    }

    [Fact]
    public void An_update_gate_that_is_shut_keeps_the_state()
    {
        var net = new Gru<double>(2, 3);
        net.Initialize(seed: 1);
        // z = 1 for all units: h′ = h.
        net.InputBiases[0].Parameter.Set(Tensor.From<double>(0, 0, 0, 100, 100, 100, 0, 0, 0));
        Tensor<double> state = Close.Normal([1, 2, 3], 3);
        Close.To(state, net.Forward(Close.Normal([9, 2, 2], 2), state).State, 1e-14);
    }
}
