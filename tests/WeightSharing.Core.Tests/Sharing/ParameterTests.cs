using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class ParameterTests
{
    [Fact]
    public void Values_are_copied_and_the_tensor_stays_the_same()
    {
        Tensor<double> values = Tensor.From(1.0, 2.0);
        var parameter = new Parameter<double>(values);
        values.Fill(9);
        Tensor<double> value = parameter.Value;
        Assert.Equal([1.0, 2.0], value.ToArray());
        int version = parameter.Version;
        parameter.Set(Tensor.From(3.0, 4.0));
        Assert.Same(value, parameter.Value);
        Assert.Equal([3.0, 4.0], value.ToArray());
        Assert.True(parameter.Version > version);
        Assert.True(value.RequiresGradient);
        Expect.Throws<ArgumentException>("Parameter : values [3] for shape [2]; they must be equal.", () => parameter.Set(Tensor.Zeros<double>(3)));
    }

    [Fact]
    public void Without_values_it_says_what_to_do()
    {
        var parameter = new Parameter<float>([2, 3]);
        Assert.False(parameter.IsInitialized);
        Assert.Equal((new Shape(2, 3), 6, 0), (parameter.Shape, parameter.Count, parameter.Version));
        Expect.Throws<InvalidOperationException>(
            "Parameter (unnamed) [2, 3] has no values yet; call Initialize(seed) on the model, load a checkpoint, or Set(values).", () => parameter.Value);
        parameter.Initialize(RandomKey.Of(1));
        Assert.True(parameter.IsInitialized);
        Assert.Equal(new float[6], parameter.Value.ToArray());
        Assert.Equal("Parameter (unnamed) [2, 3]", parameter.ToString());
    }

    [Fact]
    public void All_uses_add_to_one_gradient()
    {
        var parameter = new Parameter<double>(Tensor.From(2.0, 3.0));
        Assert.Null(parameter.Gradient);
        (parameter.Value * parameter.Value).Sum().Backward();
        parameter.Value.Sum().Backward();
        Assert.Equal([5.0, 7.0], parameter.Gradient!.ToArray());
        parameter.ZeroGradient();
        Assert.Null(parameter.Gradient);
    }

    [Fact]
    public void A_frozen_parameter_takes_no_gradient_until_it_is_thawed()
    {
        var parameter = new Parameter<double>(Tensor.From(2.0)) { IsFrozen = true };
        Assert.False((parameter.Value * 2).RequiresGradient);
        parameter.IsFrozen = false;
        (parameter.Value * 2).Sum().Backward();
        Assert.Equal(2, parameter.Gradient!.Item());
    }

    [Fact]
    public void Values_drawn_depend_on_the_key_alone()
    {
        var a = new Parameter<float>([20, 30], Initializer.KaimingNormal, new Fan(30, 20));
        var b = new Parameter<float>([20, 30], Initializer.KaimingNormal, new Fan(30, 20));
        a.Initialize(RandomKey.Of(1).Fork("weight"));
        b.Initialize(RandomKey.Of(2));
        Assert.NotEqual(a.Value.ToArray(), b.Value.ToArray());
        b.Initialize(RandomKey.Of(1).Fork("weight"));
        Assert.Equal(a.Value.ToArray(), b.Value.ToArray());
    }
}
