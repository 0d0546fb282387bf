using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class InputInjectionTests
{
    [Fact]
    public void The_layer_sees_state_and_input_as_asked()
    {
        Tensor<double> h = Networks.Values([2, 3, 4, 4]), x = Networks.Values([2, 3, 4, 4], 6);
        Networks.Close(h, Run(InputInjection.None));
        Networks.Close(h + x, Run(InputInjection.Add));
        Networks.Close(Tensor.Concat([h, x], -1), Run(InputInjection.Concatenate));
        Networks.Close(Tensor.Concat([h, x], 1), Run(InputInjection.ConcatenateChannels));
        Tensor<double> Run(InputInjection injection) => new Repeated<double>(new Identity<double>(), 1, injection: injection).Forward(x, h);
    }

    [Fact]
    public void An_input_that_would_broadcast_is_refused() => Assert.StartsWith(
        "Repeated: the input [1, 3] is added to a state [2, 3]; they must be equal.",
        Assert.Throws<ArgumentException>(() => new Repeated<double>(new Identity<double>(), 1, injection: InputInjection.Add).Forward(Networks.Values([1, 3]), Networks.Values([2, 3]))).Message,
        StringComparison.Ordinal);
}
