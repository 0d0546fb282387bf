using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class ConcatenateTests
{
    [Fact]
    public void Puts_branches_side_by_side()
    {
        var model = new Concatenate<double>(new Identity<double>(), new Tanh<double>());
        Assert.Equal([1.0, 2, Math.Tanh(1), Math.Tanh(2)], model.Forward(Tensor.From([1.0, 2], [1, 2])).ToArray());
        GradCheck.Verify(model.Forward, [2, 3, 2]);
        Assert.Equal(new Shape(2, 3, 4), new Concatenate<double>(-1, new Identity<double>(), new Tanh<double>()).Forward(Tensor.Ones<double>(2, 3, 2)).Shape);
    }

    [Fact]
    public void Names_branches_by_number_and_is_copied_with_them()
    {
        var shared = new Affine<double>(3, 2);
        var model = new Concatenate<double>(-1, shared, new Affine<double>(3, 2, shared.Weight), shared);
        model.Initialize(1);
        Assert.Equal(["0.weight", "1.weight", "2.weight"], model.Parameters.NamesOf(shared.Weight.Parameter));
        Tensor<double> x = Tensor.Ones<double>(2, 3);
        Assert.Equal(model.Forward(x).ToArray(), model.Clone().Forward(x).ToArray());
        LayerGradients.Verify(model, () => model.Forward(x));
    }

    [Fact]
    public void No_branches_are_an_error() =>
        Assert.StartsWith("Concatenate: no branches", Assert.Throws<ArgumentException>(() => new Concatenate<double>()).Message, StringComparison.Ordinal);
}
