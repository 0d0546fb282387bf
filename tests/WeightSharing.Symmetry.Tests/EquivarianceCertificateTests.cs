using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class EquivarianceCertificateTests
{
    [Fact]
    public void Finds_a_layer_that_is_not_equivariant_and_shows_where()
    {
        var layer = new Conv2d<double>(1, 2, 3);
        layer.Initialize(1);
        EquivarianceCertificate certificate = EquivarianceCertificate.For(layer, PlanarGroup.P4, [1, 5, 5]);
        Assert.True(certificate.MaximalError > 0.1);
        // The error is attained where it is said to be.
        Tensor<double> x = certificate.Input.Unsqueeze(0);
        GroupAction images = PlanarGroup.P4.OnImages(1, 5), maps = PlanarGroup.P4.OnImages(2, 3);
        double error = Measure.Difference(layer.Forward(images.Apply(certificate.Element, x)), maps.Apply(certificate.Element, layer.Forward(x)));
        Assert.Equal(certificate.MaximalError, error, 1e-13);
    }

    [Fact]
    public void A_small_fault_in_one_filter_of_one_element_is_found()
    {
        var layer = new GroupLift2d<double>(PlanarGroup.P4, 1, 2, 3);
        layer.Initialize(1);
        Conv2d<double> plain = layer.ToConvolution();
        Tensor<double> AsMaps(Tensor<double> x) => plain.Forward(x).Reshape([x.Shape[0], 2, 4, 3, 3]);
        GroupAction images = PlanarGroup.P4.OnImages(1, 5), maps = PlanarGroup.P4.OnGroupMaps(2, 3);
        Assert.InRange(EquivarianceCertificate.For(AsMaps, images, maps).MaximalError, 0, 1e-12);
        double[] filters = plain.Weight.Value.ToArray();
        filters[^1] += 1e-9;
        plain.Weight.Parameter.Set(Tensor.From(filters, plain.Weight.Shape));
        EquivarianceCertificate certificate = EquivarianceCertificate.For(AsMaps, images, maps);
        Assert.InRange(certificate.MaximalError, 1e-10, 1e-8);
        Assert.True(certificate.CoversAllInputs);
    }

    [Fact]
    public void Measures_a_copy_in_evaluation_mode_and_leaves_the_layer_alone()
    {
        var net = new Sequential<float>(new GroupLift2d<float>(PlanarGroup.P4, 1, 2, 3), new GroupBatchNorm2d<float>(2), new Dropout<float>(0.5), new GroupMaxPool<float>());
        net.Initialize(1);
        Assert.InRange(EquivarianceCertificate.For(net, PlanarGroup.P4, [1, 6, 6]).MaximalError, 0, 1e-12);
        Assert.True(net.IsTraining);
        Assert.Equal(0, ((GroupBatchNorm2d<float>)net[1]).BatchesTracked);
        Assert.Empty(net.Parameters["0.weight"].Parameter.Ledger.Usages);
    }

    [Fact]
    public void Says_whether_the_inputs_tried_decide_for_all()
    {
        var layer = new GroupLift2d<double>(PlanarGroup.P4, 1, 2, 3);
        layer.Initialize(1);
        EquivarianceCertificate affine = EquivarianceCertificate.For(layer, PlanarGroup.P4, [1, 5, 5], samples: 3);
        Assert.True(affine.CoversAllInputs);
        Assert.Equal(3 + 1 + 25, affine.Inputs);
        Assert.Contains("over 4 elements and 29 inputs, which decide for all", affine.ToString(), StringComparison.Ordinal);
        var bent = new Sequential<double>(layer, new Relu<double>());
        EquivarianceCertificate nonlinear = EquivarianceCertificate.For(bent, PlanarGroup.P4, [1, 5, 5], samples: 3);
        Assert.False(nonlinear.CoversAllInputs);
        Assert.Equal(3, nonlinear.Inputs);
        Assert.True(nonlinear.AffineError > 0.01 && affine.AffineError < 1e-12);
        Assert.DoesNotContain("decide", nonlinear.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_is_no_number_is_the_largest_error()
    {
        GroupAction circle = GroupAction.OnPoints(FiniteGroup.Cyclic(3));
        Assert.True(double.IsNaN(EquivarianceCertificate.For(x => x * double.NaN, circle, circle).MaximalError));
    }

    [Fact]
    public void Refuses_shapes_and_actions_that_do_not_fit()
    {
        var layer = new GroupMaxPool<double>();
        Assert.Contains("expected an image [C, H, W] or maps [C, 4, H, W]", Message(() => EquivarianceCertificate.For(layer, PlanarGroup.P4, [2, 8, 3, 3])), StringComparison.Ordinal);
        GroupAction three = GroupAction.OnPoints(FiniteGroup.Cyclic(3)), four = GroupAction.OnPoints(FiniteGroup.Cyclic(4));
        Assert.Contains("actions of two groups", Message(() => EquivarianceCertificate.For(x => x, three, four)), StringComparison.Ordinal);
        Assert.Contains("output [8, 3] for output action C3 on [2, 3]; expected [N, 2, 3]", Message(() => EquivarianceCertificate.For(x => x, three, three.Repeated(2))), StringComparison.Ordinal);
        static string Message(Func<object> act) => Assert.Throws<ArgumentException>(act).Message;
    }
}
