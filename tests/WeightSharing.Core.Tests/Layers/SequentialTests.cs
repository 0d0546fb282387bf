using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class SequentialTests
{
    [Fact]
    public void Layers_run_one_after_the_other()
    {
        var model = new Sequential<double>(new Tanh<double>(), new Flatten<double>(), new Relu<double>());
        Tensor<double> x = Expect.Values([2, 3, 4]);
        Expect.Bitwise(x.Tanh().Flatten(1).Relu(), model.Forward(x));
        Assert.Equal(3, model.Count);
        Assert.IsType<Flatten<double>>(model[1]);
        Assert.Equal(["0", "1", "2"], model.Children.Select(child => child.Name));
        Assert.Same(x, new Sequential<double>().Forward(x));
    }

    [Fact]
    public void One_layer_may_stand_in_several_places()
    {
        var tanh = new Tanh<double>();
        var model = new Sequential<double>(tanh, new Relu<double>(), tanh);
        Tensor<double> x = Expect.Values([5]);
        Expect.Bitwise(x.Tanh().Relu().Tanh(), model.Forward(x));
        Assert.Equal("0", tanh.Path);
    }
}
