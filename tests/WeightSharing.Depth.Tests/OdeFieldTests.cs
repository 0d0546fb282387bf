using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class OdeFieldTests
{
    [Fact]
    public void The_time_is_a_further_feature_where_it_is_asked_for()
    {
        Tensor<double> y = Networks.Values([2, 3]);
        Networks.Close(y, new LayerField<double>(new Identity<double>()).Derivative(7, y));
        Networks.Close(Tensor.Concat([y, Tensor.Full([2, 1], 7.0)], -1), new LayerField<double>(new Identity<double>(), -1).Derivative(7, y));
        Tensor<double> image = Networks.Values([2, 3, 4, 4]);
        Assert.Equal(new Shape(2, 4, 4, 4), new LayerField<double>(new Identity<double>(), 1).Derivative(7, image).Shape);
    }
}
