using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupConvolution2dTests
{
    public static TheoryData<string, bool> Layers
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (PlanarGroup group in PlanarGroup.All)
            {
                data.Add(group.Name, true);
                data.Add(group.Name, false);
            }

            return data;
        }
    }

    private static (GroupConvolution2d<double> Layer, Shape Input) Made(string name, bool lifts, int kernel = 3, int padding = 1, Tying? tying = null)
    {
        PlanarGroup group = PlanarGroup.All.Single(group => group.Name == name);
        GroupConvolution2d<double> layer = lifts
            ? new GroupLift2d<double>(group, 2, 3, kernel, padding: padding, tying: tying)
            : new GroupConv2d<double>(group, 2, 3, kernel, padding: padding, tying: tying);
        layer.Initialize(1);
        return (layer, lifts ? [2, 5, 5] : [2, group.Order, 5, 5]);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Every_element_is_a_usage_and_their_parts_add_up_to_the_gradient(string name, bool lifts)
    {
        (GroupConvolution2d<double> layer, Shape input) = Made(name, lifts);
        Tensor<double> x = Measure.Values(input.Insert(0, 2)), outer = Measure.Values(layer.Forward(x).Shape, "outer");
        foreach (Parameter<double> parameter in layer.Parameters) parameter.Ledger.Clear();
        using (UsageLedger.TrackContributions()) (layer.Forward(x) * outer).Sum().Backward();
        foreach (Weight<double> weight in (Weight<double>[])[layer.Weight, layer.Bias!])
        {
            IReadOnlyList<Usage<double>> usages = weight.Parameter.Ledger.Usages;
            Assert.Equal(Enumerable.Range(0, layer.Group.Order).Select(g => $"{weight.Name} g={g} ×25"), usages.Select(usage => usage.ToString()));
            Tensor<double> sum = usages.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b), gradient = weight.Parameter.Gradient!;
            Assert.InRange(Measure.Difference(sum, gradient), 0, 1e-12 * (1 + gradient.Abs().Max().Item()));
            Assert.All(usages, usage => Assert.True(usage.Gradient!.Abs().Max().Item() > 0));
        }

        // Without tracking: the same usages, and the same gradient.
        Tensor<double> tracked = layer.Weight.Parameter.Gradient!.Copy();
        layer.Parameters.ZeroGradient();
        (layer.Forward(x) * outer).Sum().Backward();
        Assert.InRange(Measure.Difference(tracked, layer.Weight.Parameter.Gradient!), 0, 1e-12 * (1 + tracked.Abs().Max().Item()));
        Assert.All(layer.Weight.Parameter.Ledger.Usages, usage => Assert.Equal(2, usage.Count));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_agree_with_differences(string name, bool lifts)
    {
        (GroupConvolution2d<double> layer, Shape input) = Made(name, lifts);
        Tensor<double> x = Measure.Values(input.Insert(0, 1)).RequireGradient(), outer = Measure.Values(layer.Forward(x).Shape, "outer");
        (layer.Forward(x) * outer).Sum().Backward();
        Parameter<double> weight = layer.Weight.Parameter;
        double[] values = weight.Value.ToArray();
        foreach (int entry in new[] { 0, values.Length / 2, values.Length - 1 })
        {
            double Loss(double change)
            {
                var moved = (double[])values.Clone();
                moved[entry] += change;
                weight.Set(Tensor.From(moved, weight.Shape));
                return (layer.Forward(x.Detach()) * outer).Sum().Item();
            }

            // The output is linear in the weight: no differences of higher order.
            Assert.Equal((Loss(0.5) - Loss(-0.5)), weight.Gradient!.ToArray()[entry], 1e-9);
        }

        weight.Set(Tensor.From(values, weight.Shape));
        Autograd.GradCheck.Verify(layer.Forward, x.Shape);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Is_equivariant_for_every_kernel_size_and_padding(string name, bool lifts)
    {
        for (int kernel = 1; kernel <= 5; kernel++)
        {
            (GroupConvolution2d<double> layer, Shape input) = Made(name, lifts, kernel, padding: kernel % 2);
            EquivarianceCertificate certificate = EquivarianceCertificate.For(layer, layer.Group, input, samples: 2);
            Assert.True(certificate.CoversAllInputs);
            Assert.InRange(certificate.MaximalError, 0, 1e-12);
            Assert.Equal(layer.Group.Order, certificate.Elements);
            Assert.True(certificate.LargestOutput > 0.1);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Copies_keep_settings_sharing_and_values(string name, bool lifts)
    {
        (GroupConvolution2d<double> layer, Shape input) = Made(name, lifts, tying: Tying.Palindrome(3));
        GroupConvolution2d<double> clone = layer.Clone();
        Tensor<double> x = Measure.Values(input.Insert(0, 2));
        Assert.Equal(layer.Forward(x).ToArray(), clone.Forward(x).ToArray());
        Assert.Equal("palindrome", clone.Weight.Transform);
        Assert.InRange(Measure.Difference(layer.Forward(x), layer.To<float>().Forward(x.To<float>()).To<double>()), 1e-12, 1e-4);
        Assert.Equal(["weight", "bias"], layer.Parameters.Named.Select(pair => pair.Name));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Inference_gives_the_same_bits_and_notes_nothing(string name, bool lifts)
    {
        (GroupConvolution2d<double> layer, Shape input) = Made(name, lifts);
        Tensor<double> x = Measure.Values(input.Insert(0, 2)), strided = Tensor.Stack<double>([x, x], -1).Select(-1, 1), y;
        using (Autograd.NoGrad.Begin()) y = layer.Forward(x);
        Assert.Empty(layer.Weight.Parameter.Ledger.Usages);
        Assert.Equal(layer.Forward(x).ToArray(), y.ToArray());
        Assert.Equal(layer.Forward(strided).ToArray(), y.ToArray());
        // New values are seen at once.
        layer.Weight.Parameter.Set(2.0 * layer.Weight.Parameter.Value);
        using (Autograd.NoGrad.Begin()) Assert.True(Measure.Difference(y, layer.Forward(x)) > 0.1);
    }

    [Fact]
    public void Circular_padding_is_equivariant_too()
    {
        var layer = new GroupLift2d<double>(PlanarGroup.P4M, 1, 2, 3, padding: 1, paddingMode: PaddingMode.Circular);
        layer.Initialize(1);
        Assert.InRange(EquivarianceCertificate.For(layer, PlanarGroup.P4M, [1, 6, 6]).MaximalError, 0, 1e-12);
        Assert.Equal(new Shape(1, 2, 8, 6, 6), layer.Forward(Measure.Values([1, 1, 6, 6])).Shape);
    }

    // Windows at every second place from the left are not those from the right, unless the last one ends at the border.
    [Fact]
    public void A_stride_is_equivariant_where_the_windows_lie_alike_from_all_sides()
    {
        var layer = new GroupLift2d<double>(PlanarGroup.P4, 1, 2, 3, stride: 2);
        layer.Initialize(1);
        Assert.InRange(EquivarianceCertificate.For(layer, PlanarGroup.P4, [1, 7, 7]).MaximalError, 0, 1e-12);
        Assert.True(EquivarianceCertificate.For(layer, PlanarGroup.P4, [1, 8, 8]).MaximalError > 0.01);
    }

    [Fact]
    public void Weights_may_be_shared_and_errors_say_what_does_not_fit()
    {
        var first = new GroupConv2d<double>(PlanarGroup.P4, 2, 2, 3);
        var second = new GroupConv2d<double>(PlanarGroup.P4, 2, 2, 3, padding: 2, dilation: 2, bias: false, weight: first.Weight);
        Assert.Same(first.Weight.Parameter, second.Weight.Parameter);
        Assert.Null(second.Bias);
        Assert.Contains("p4: a quarter turn makes a plane of 2×3", Message(() => new GroupLift2d<double>(PlanarGroup.P4, 1, 1, (2, 3))), StringComparison.Ordinal);
        Assert.Contains("GroupConv2d: input [1, 2, 3, 5, 5]; expected [N, Cin, |G|, H, W] with Cin = 2 and |G| = 4.", Message(() => first.Forward(Measure.Values([1, 2, 3, 5, 5]))), StringComparison.Ordinal);
        Assert.Contains("GroupLift2d: input [1, 2, 5, 5]; expected [N, Cin, H, W] with Cin = 1.", Message(() => new GroupLift2d<double>(PlanarGroup.P4, 1, 1, 3).Forward(Measure.Values([1, 2, 5, 5]))), StringComparison.Ordinal);
        Assert.Contains("GroupConv2d: the shared weight has shape [2, 2, 4, 3, 3]; the layer needs [3, 2, 4, 3, 3].", Message(() => new GroupConv2d<double>(PlanarGroup.P4, 2, 3, 3, weight: first.Weight)), StringComparison.Ordinal);
        Assert.Contains("0 input channels", Message(() => new GroupLift2d<double>(PlanarGroup.P4, 0, 1, 3)), StringComparison.Ordinal);
        Assert.Contains("stride 0×0", Message(() => new GroupLift2d<double>(PlanarGroup.P4, 1, 1, 3, stride: 0)), StringComparison.Ordinal);
        static string Message(Func<object> act) => Assert.ThrowsAny<ArgumentException>(act).Message;
    }

    [Fact]
    public void A_layer_may_ask_for_direct_sums_and_keeps_asking_when_copied()
    {
        Assert.Equal(ConvolutionAlgorithm.Automatic, new GroupConv2d<float>(PlanarGroup.P4, 4, 4, 3).Algorithm);
        GroupConvolution2d<float>[] layers =
        [
            new GroupLift2d<float>(PlanarGroup.P4, 16, 4, 3, padding: 1, algorithm: ConvolutionAlgorithm.Direct),
            new GroupConv2d<float>(PlanarGroup.P4, 4, 4, 3, padding: 1, algorithm: ConvolutionAlgorithm.Direct),
        ];
        foreach (GroupConvolution2d<float> layer in layers)
        {
            layer.Initialize(1);
            Tensor<float> images = Tensor.Normal<float>([1, 16, 8, 8], RandomKey.Of(2));
            Tensor<float> x = layer is GroupLift2d<float> ? images : images.Reshape(1, 4, 4, 8, 8);
            float[] bias = [.. layer.Bias!.Value.ToArray().SelectMany(value => Enumerable.Repeat(value, 4))];
            float[] direct = images
                .Conv2d(layer.FilterBank, Tensor.From(bias), padding: 1, algorithm: ConvolutionAlgorithm.Direct).ToArray();
            Assert.Equal(direct, layer.Forward(x).ToArray());
            Assert.Equal(direct, layer.Clone().Forward(x).ToArray());
            Assert.NotEqual(direct, images.Conv2d(layer.FilterBank, Tensor.From(bias), padding: 1).ToArray());
        }
    }
}
