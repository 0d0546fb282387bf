using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class UnsharedRnnTests
{
    [Fact]
    public void Every_step_has_weights_of_its_own()
    {
        var net = new UnsharedRnn<double>(3, 4, steps: 5, nonlinearity: RnnNonlinearity.Relu);
        net.Initialize(seed: 1);
        Assert.Equal(5, net.Steps);
        Assert.Equal(
            [("weight_ih_l0", new Shape(5, 4, 3)), ("weight_hh_l0", new Shape(5, 4, 4)), ("bias_ih_l0", new Shape(5, 4)), ("bias_hh_l0", new Shape(5, 4))],
            net.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        Tensor<double> x = Close.Normal([5, 2, 3], 2), h = Tensor.Zeros<double>(2, 4);
        Tensor<double> y = net.Forward(x).Output;
        for (int t = 0; t < 5; t++)
        {
            h = (x.Select(0, t).Linear(net.InputWeights[0].Value.Select(0, t), net.InputBiases[0].Value.Select(0, t))
                + h.Linear(net.RecurrentWeights[0].Value.Select(0, t), net.RecurrentBiases[0].Value.Select(0, t))).Relu();
            Close.To(h, y.Select(0, t), 1e-14);
        }

        Usage<double> use = net.RecurrentWeights[0].Parameter.Ledger.Usages.Single();
        Assert.Equal((1, 5L * 16), (use.Positions, use.UnsharedCount));
    }

    [Fact]
    public void Sequences_of_another_length_are_refused_and_shorter_ones_can_be_padded()
    {
        var net = new UnsharedRnn<double>(3, 4, steps: 5, layers: 2, bidirectional: true);
        net.Initialize(seed: 1);
        Tensor<double> x = Close.Normal([5, 2, 3], 2);
        Assert.Equal(
            "UnsharedRnn: input [4, 2, 3] has 4 steps; a net whose steps have weights of their own is made for 5.",
            Assert.Throws<ArgumentException>(() => net.Forward(x[..4])).Message);
        Assert.All(net.Forward(x, null, [5, 3]).Output.Slice(3..5, 1..2).ToArray(), value => Assert.Equal(0, value));
        Assert.StartsWith(
            "UnsharedRnn: 3 inputs, 4 units, 1 layers, 0 steps; each must be at least 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new UnsharedRnn<double>(3, 4, steps: 0)).Message, StringComparison.Ordinal);
        UnsharedRnn<double> copy = net.Clone();
        Assert.Equal(net.Forward(x).Output.ToArray(), copy.Forward(x).Output.ToArray());
    }
}
