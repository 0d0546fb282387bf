using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupConv2dTests
{
    // y[r] = Σ_s conv(x[s], rot90(w[(s − r) mod 4], r)), written out.
    [Fact]
    public void Convolves_as_the_formula_of_p4_says()
    {
        var layer = new GroupConv2d<double>(PlanarGroup.P4, 2, 3, 3, padding: 1);
        layer.Initialize(1);
        Tensor<double> x = Measure.Values([2, 2, 4, 5, 5]), w = layer.Weight.Value, y = layer.Forward(x);
        for (int r = 0; r < 4; r++)
        {
            Tensor<double> sum = Tensor.Zeros<double>(2, 3, 5, 5) + layer.Bias!.Value.Reshape(3, 1, 1);
            for (int s = 0; s < 4; s++) sum += x.Select(2, s).Conv2d(Measure.Rot90(w.Select(2, (s - r + 4) % 4), r), padding: 1);
            Assert.InRange(Measure.Difference(sum, y.Select(2, r)), 0, 1e-13);
        }
    }

    // Cohen and Welling's nets in miniature and in full: the sizes 28 → 26 → 24 → 12 → 10 → 8 → 6 → 4 → 1 turn into themselves.
    [Theory]
    [InlineData("p4", 28)]
    [InlineData("p4m", 28)]
    [InlineData("p4", 12)]
    [InlineData("p4m", 12)]
    public void Logits_of_whole_nets_do_not_change(string name, int size)
    {
        PlanarGroup group = PlanarGroup.All.Single(group => group.Name == name);
        var layers = new List<Layer<double>>
        {
            new GroupLift2d<double>(group, 1, 3, 3), new GroupBatchNorm2d<double>(3), new Relu<double>(), new GroupConv2d<double>(group, 3, 3, 3), new Relu<double>(),
            new Mapwise<double>(new MaxPool2d<double>(2)),
        };
        int rest = (size - 4) / 2;
        for (; rest > 4; rest -= 2) layers.AddRange([new GroupConv2d<double>(group, 3, 3, 3), new GroupBatchNorm2d<double>(3), new Relu<double>()]);
        layers.AddRange([new GroupConv2d<double>(group, 3, 10, rest), new GroupMaxPool<double>(), new Flatten<double>()]);
        var net = new Sequential<double>([.. layers]);
        net.Initialize(1);
        Assert.Equal(new Shape(2, 10), net.Forward(Measure.Values([2, 1, size, size])).Shape);
        EquivarianceCertificate certificate = EquivarianceCertificate.For(net, group, [1, size, size], samples: 2);
        Assert.False(certificate.CoversAllInputs);
        Assert.InRange(certificate.MaximalError, 0, 1e-12);
        Assert.True(certificate.LargestOutput > 1e-3);
    }

    // With no symmetric sizes it is not: an even map pooled at stride 2 after an odd one.
    [Fact]
    public void Pooling_that_drops_a_row_breaks_it()
    {
        var net = new Sequential<double>(
            new GroupLift2d<double>(PlanarGroup.P4, 1, 2, 3), new Mapwise<double>(new MaxPool2d<double>(2)), new GroupMaxPool<double>(), new GlobalAveragePool<double>());
        net.Initialize(1);
        Assert.InRange(EquivarianceCertificate.For(net, PlanarGroup.P4, [1, 8, 8]).MaximalError, 0, 1e-12);
        Assert.True(EquivarianceCertificate.For(net, PlanarGroup.P4, [1, 9, 9]).MaximalError > 1e-3);
    }

    [Fact]
    public void Two_layers_lifting_and_group_are_equivariant_over_maps()
    {
        foreach (PlanarGroup group in PlanarGroup.All)
        {
            var net = new Sequential<double>(new GroupLift2d<double>(group, 1, 3, 3, padding: 1), new Tanh<double>(), new GroupConv2d<double>(group, 3, 2, 2));
            net.Initialize(1);
            Assert.InRange(EquivarianceCertificate.For(net, group, [1, 6, 6]).MaximalError, 0, 1e-12);
        }
    }

    // 9·10 + 5·10·10·4·9 + 10·10·4·16 weights and 7·10 biases, as in the paper.
    [Fact]
    public void The_published_net_has_as_many_parameters()
    {
        PlanarGroup p4 = PlanarGroup.P4;
        Layer<float>[] convolutions =
        [
            new GroupLift2d<float>(p4, 1, 10, 3), .. Enumerable.Range(0, 5).Select(_ => new GroupConv2d<float>(p4, 10, 10, 3)), new GroupConv2d<float>(p4, 10, 10, 4),
        ];
        Assert.Equal(24_560, convolutions.Sum(layer => layer.Parameters.FreeCount));
    }
}
