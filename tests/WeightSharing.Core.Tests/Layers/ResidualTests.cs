using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class ResidualTests
{
    [Fact]
    public void Adds_the_shortcut_and_its_gradient()
    {
        GradCheck.Verify(new Residual<double>(new Tanh<double>()).Forward, [2, 3], new() { Reference = x => [.. x[0].ToArray().Select(v => v + Math.Tanh(v))] });
        GradCheck.Verify(new Residual<double>(new Tanh<double>(), new Sigmoid<double>()).Forward, [2, 3]);
    }

    [Fact]
    public void Names_its_branches_and_is_copied_with_them()
    {
        var shared = new Affine<double>(3, 3);
        var model = new Residual<double>(shared, shared);
        model.Initialize(1);
        Assert.Equal(["body.weight", "body.bias", "shortcut.weight", "shortcut.bias"], model.Parameters.Named.Select(pair => pair.Name));
        Residual<double> clone = model.Clone();
        Assert.Same(clone.Body, clone.Shortcut);
        Tensor<double> x = Tensor.Ones<double>(1, 3);
        Assert.Equal(model.Forward(x).ToArray(), clone.Forward(x).ToArray());
        LayerGradients.Verify(model, () => model.Forward(x));
    }

    [Fact]
    public void Shapes_that_would_broadcast_are_an_error()
    {
        var model = new Residual<double>(new Affine<double>(3, 1));
        model.Initialize(1);
        Assert.StartsWith("Residual: the body gives [2, 1], the shortcut [2, 3] for input [2, 3]; they must be equal.",
            Assert.Throws<ArgumentException>(() => model.Forward(Tensor.Ones<double>(2, 3))).Message, StringComparison.Ordinal);
    }
}
