using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class WeightSourceTests
{
    [Fact]
    public void Without_anything_given_a_new_parameter_is_made()
    {
        Weight<double> weight = WeightSource.For<double>("Layer", [4, 9], new Fan(9, 4), null, null, null);
        Assert.Equal(new Shape(4, 9), weight.Shape);
        Assert.Equal("", weight.Transform);
        weight.Parameter.Initialize(RandomKey.Of(1));
        Tensor<double> expected = Tensor.Zeros<double>([4, 9]);
        Initializer.FanInUniform.Fill(expected, new Fan(9, 4), RandomKey.Of(1));
        Expect.Bitwise(expected, weight.Value);
    }

    [Fact]
    public void A_tying_covers_the_trailing_dimensions()
    {
        Weight<double> weight = WeightSource.For<double>("Layer", [4, 2, 5], new Fan(10, 4), null, Tying.Palindrome(5), Initializer.Ones);
        Assert.Equal((new Shape(4, 2, 5), new Shape(4, 2, 3)), (weight.Shape, weight.Parameter.Shape));
        weight.Parameter.Initialize(RandomKey.Of(1));
        Assert.Equal(40, weight.Value.Sum().Item());
        Expect.Throws<ArgumentException>(
            "Layer: the tying palindrome: 3 free → [5] does not fit the weight [5, 4]; its full shape must be the weight's trailing dimensions.",
            () => WeightSource.For<double>("Layer", [5, 4], default, null, Tying.Palindrome(5), null));
        Expect.Throws<ArgumentException>("Layer: the tying identity: 6 free → [2, 3] does not fit the weight [3];", () => WeightSource.For<double>("Layer", 3, default, null, Tying.Identity([2, 3]), null));
    }

    [Fact]
    public void A_shared_weight_is_taken_as_it_is()
    {
        Weight<double> shared = new Parameter<double>([2, 3]);
        Assert.Same(shared, WeightSource.For("Layer", [2, 3], default, shared, null, null));
        Expect.Throws<ArgumentException>("Layer: the shared weight has shape [2, 3]; the layer needs [3, 2].", () => WeightSource.For("Layer", [3, 2], default, shared, null, null));
        Expect.Throws<ArgumentException>(
            "Layer: both a shared weight and a tying; put the tying on the weight with Through(tying).",
            () => WeightSource.For("Layer", [2, 3], default, shared, Tying.Identity(3), null));
    }
}
