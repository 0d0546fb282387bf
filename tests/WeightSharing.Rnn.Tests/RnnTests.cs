using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class RnnTests
{
    [Fact]
    public void Is_a_loop_of_dense_layers()
    {
        foreach (RnnNonlinearity nonlinearity in (RnnNonlinearity[])[RnnNonlinearity.Tanh, RnnNonlinearity.Relu])
        {
            var net = new Rnn<double>(3, 4, nonlinearity: nonlinearity);
            net.Initialize(seed: 1);
            Tensor<double> x = Close.Normal([5, 2, 3], 2), h = Tensor.Zeros<double>(2, 4);
            Tensor<double> y = net.Forward(x).Output;
            for (int t = 0; t < 5; t++)
            {
                Tensor<double> a = x.Select(0, t).Linear(net.InputWeights[0].Value, net.InputBiases[0].Value) + h.Linear(net.RecurrentWeights[0].Value, net.RecurrentBiases[0].Value);
                h = nonlinearity == RnnNonlinearity.Tanh ? a.Tanh() : a.Relu();
                Close.To(h, y.Select(0, t), 1e-14);
            }

            Assert.Same(nonlinearity, net.Clone().Nonlinearity);
        }

        Assert.Equal("Relu", RnnNonlinearity.Relu.ToString());
    }

    [Fact]
    public void One_step_is_a_dense_layer_also_in_its_gradients()
    {
        var net = new Rnn<double>(3, 4, bias: false);
        var dense = new Dense<double>(3, 4, bias: false);
        net.Initialize(seed: 1);
        dense.Initialize(seed: 2);
        net.InputWeights[0].Parameter.Set(dense.Weight.Value);
        Tensor<double> x = Close.Normal([6, 3], 2), seed = Close.Normal([6, 4], 3);
        Tensor<double> y = net.Forward(x.Unsqueeze(0)).Output.Squeeze(0), expected = dense.Forward(x).Tanh();
        Close.To(expected, y, 1e-15);
        (y * seed).Sum().Backward();
        (expected * seed).Sum().Backward();
        Close.To(dense.Weight.Parameter.Gradient!, net.InputWeights[0].Parameter.Gradient!, 1e-14);
        Assert.All(net.RecurrentWeights[0].Parameter.Gradient!.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Gradients_by_step_vanish_with_a_small_recurrent_weight_and_explode_with_a_large_one()
    {
        foreach ((double scale, bool vanishes) in ((double, bool)[])[(0.5, true), (1.5, false)])
        {
            var net = new Rnn<double>(1, 3, nonlinearity: RnnNonlinearity.Relu, bias: false);
            net.Initialize(seed: 1);
            net.InputWeights[0].Parameter.Set(Tensor.Ones<double>(3, 1));
            net.RecurrentWeights[0].Parameter.Set(scale * Tensor.Eye<double>(3));
            using (WeightSharing.Sharing.UsageLedger.TrackContributions()) net.Forward(Tensor.Ones<double>(20, 1, 1)).Output.Select(0, -1).Sum().Backward();
            double[] norms = [.. net.InputWeights[0].Parameter.Ledger.Contributions().Select(one => one.Norm)];
            // ∂h_T/∂a_t = scaleᵀ⁻¹⁻ᵗ
            for (int t = 0; t < 20; t++) Assert.Equal(Math.Sqrt(3) * Math.Pow(scale, 19 - t), norms[t], 1e-9 * norms[t]);
            Assert.Equal(vanishes, norms[0] < norms[^1]);
        }
    }
}
