using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class PositionInsightTests
{
    [Fact]
    public void The_positions_of_a_convolution_add_up_to_its_gradient()
    {
        var network = new Sequential<double>(
            new Conv2d<double>(1, 2, 3, padding: 1), new Tanh<double>(), new Sequential<double>(new Conv2d<double>(2, 4, 3, stride: 2, groups: 2)), new Flatten<double>(), new Dense<double>(4 * 2 * 3, 3));
        network.Initialize(seed: 2);
        Tensor<double> input = Tensor.Normal<double>([4, 1, 6, 7], RandomKey.Of(3));
        Tensor<int> labels = Tensor.From(0, 1, 2, 0);
        IReadOnlyList<PositionInsight<double>> positions = PositionInsight.Of(network, input, y => Loss.CrossEntropy(y, labels));
        Assert.All(network.Parameters, parameter => Assert.True(parameter.Gradient is null && parameter.Ledger.Usages.Count == 0));

        Loss.CrossEntropy(network.Forward(input), labels).Backward();
        Assert.Equal(["0.weight", "2.0.weight"], positions.Select(position => position.Name));
        Assert.Equal(new Size2(6, 7), positions[0].OutputSize);
        Close.All(network.Parameters["0.weight"].Parameter.Gradient!.ToArray(), positions[0].Gradients.Sum(0).ToArray(), 1e-12);
        // Groups: the first two filters see the first channel, the last two the second.
        Tensor<double> sum = positions[1].Gradients.Sum(0), grouped = network.Parameters["2.0.weight"].Parameter.Gradient!;
        Close.All(grouped[..2].ToArray(), sum[..2, ..1].ToArray(), 1e-12);
        Close.All(grouped[2..].ToArray(), sum[2.., 1..].ToArray(), 1e-12);
        Assert.Equal(Math.Sqrt(positions[0].Gradients[..1].ToArray().Sum(g => g * g)), positions[0].Norms[0, 0], 1e-12);
        Assert.Contains("the network has no Conv2d", Assert.Throws<ArgumentException>(() => PositionInsight.Of(new Sequential<double>(new Tanh<double>()), input, y => y.Sum())).Message, StringComparison.Ordinal);
    }
}
