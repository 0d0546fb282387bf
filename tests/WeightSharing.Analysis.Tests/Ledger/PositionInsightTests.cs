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

    public static TheoryData<string> Convolutions => ["circular", "reflect", "white", "sequence", "sequence, replicate"];

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Any_padding_and_sequences_have_positions_that_add_up(string kind)
    {
        Layer<double> layer = kind switch
        {
            "circular" => new Conv2d<double>(2, 3, 3, padding: 1, paddingMode: PaddingMode.Circular),
            "reflect" => new Conv2d<double>(2, 3, 3, stride: 2, padding: 1, bias: ConvolutionBias.PerPosition((3, 3)), paddingMode: PaddingMode.Reflect),
            "white" => new Conv2d<double>(2, 3, 3, padding: 1, paddingValue: -1),
            "sequence" => new Conv1d<double>(2, 3, 3, padding: 1),
            _ => new Conv1d<double>(2, 3, 3, padding: 1, paddingMode: PaddingMode.Replicate),
        };
        var network = new Sequential<double>(layer, new Tanh<double>());
        network.Initialize(seed: 4);
        Tensor<double> input = Tensor.Normal<double>(kind.StartsWith("sequence", StringComparison.Ordinal) ? [2, 2, 7] : [2, 2, 5, 6], RandomKey.Of(5));
        PositionInsight<double> positions = Assert.Single(PositionInsight.Of(network, input, y => (y * y).Sum()));
        Tensor<double> output = network.Forward(input);
        (output * output).Sum().Backward();
        Close.All(network.Parameters["0.weight"].Parameter.Gradient!.ToArray(), positions.Gradients.Sum(0).ToArray(), 1e-12);
    }

    [Fact]
    public void A_convolution_inside_any_model_has_positions_and_they_are_uses()
    {
        var tower = new Conv2d<double>(1, 2, 3);
        tower.Initialize(seed: 6);
        Tensor<double> left = Tensor.Normal<double>([3, 1, 5, 4], RandomKey.Of(7)), right = Tensor.Normal<double>([3, 2, 3, 2], RandomKey.Of(8));
        PositionInsight<double> positions = PositionInsight.Of(tower, left, y => ((y - right) * (y - right)).Sum());
        Assert.Empty(tower.Weight.Parameter.Ledger.Usages);
        Tensor<double> difference = tower.Forward(left) - right;
        (difference * difference).Sum().Backward();
        Tensor<double> gradient = tower.Weight.Parameter.Gradient!;
        Close.All(gradient.ToArray(), positions.Gradients.Sum(0).ToArray(), 1e-12);

        ParameterInsight uses = positions.ToUses();
        Assert.Equal(6, uses.Usages.Count);
        Assert.Equal("weight at (1, 0)", uses.Usages[2].Name);
        Assert.Equal(Math.Sqrt((gradient * gradient).Sum().Item()), uses.SumNorm, 1e-12);
        Assert.Equal(positions.Norms.Cast<double>(), uses.Along("p").Select(use => use.Norm));
        Assert.Equal(positions.CosinesToSum.Cast<double>(), uses.Usages.Select(use => use.CosineToSum));
    }
}
