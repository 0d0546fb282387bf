using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class UnsharedLstmTests
{
    [Fact]
    public void Only_the_weights_of_a_step_change_what_follows_it()
    {
        var net = new UnsharedLstm<double>(2, 3, steps: 4);
        net.Initialize(seed: 1);
        Tensor<double> x = Close.Normal([4, 2, 2], 2), before = net.Forward(x).Output, weight = net.RecurrentWeights[0].Value.Copy();
        Assert.Equal(4, weight.Shape[0]);
        weight[2..3].CopyFrom(weight[2..3] * 2);
        net.RecurrentWeights[0].Parameter.Set(weight);
        Tensor<double> after = net.Forward(x).Output;
        Assert.Equal(before[..2].ToArray(), after[..2].ToArray());
        Assert.NotEqual(before[2..].ToArray(), after[2..].ToArray());
        Assert.Equal(after.ToArray(), net.Clone().Forward(x).Output.ToArray());
    }

    [Fact]
    public void Has_as_many_times_the_parameters_of_the_shared_net_as_steps() =>
        Assert.Equal(7 * new Lstm<double>(2, 3, layers: 2).Parameters.FreeCount, new UnsharedLstm<double>(2, 3, steps: 7, layers: 2).Parameters.FreeCount);
}
