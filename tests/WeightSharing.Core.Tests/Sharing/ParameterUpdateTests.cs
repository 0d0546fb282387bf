using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Sharing;

public sealed class ParameterUpdateTests
{
    [Fact]
    public void An_update_changes_the_version_and_a_parameter_without_gradient_stays()
    {
        var parameter = new Parameter<double>(Tensor.From(1.0, 2));
        int version = parameter.Version;
        ParameterUpdate.Sgd(parameter, 0.5, 0);
        Assert.Equal(version, parameter.Version);
        Assert.Equal([1.0, 2], parameter.Value.ToArray());
        parameter.Value.Sum().Backward();
        ParameterUpdate.Sgd(parameter, 0.5, 0);
        Assert.Equal(version + 1, parameter.Version);
        Assert.Equal([0.5, 1.5], parameter.Value.ToArray());
    }

    [Fact]
    public void A_state_is_zero_and_belongs_to_no_scope()
    {
        var parameter = new Parameter<float>(Tensor.Zeros<float>(2, 3));
        Tensor<float> state;
        using (TensorScope.Begin()) state = ParameterUpdate.CreateState(parameter);
        Assert.Equal(new Shape(2, 3), state.Shape);
        Assert.Equal(new float[6], state.ToArray());
    }

    [Fact]
    public void A_state_of_another_shape_is_an_error()
    {
        var parameter = new Parameter<double>(Tensor.From(1.0, 2));
        parameter.Value.Sum().Backward();
        var error = Assert.Throws<ArgumentException>(() => ParameterUpdate.Momentum(parameter, Tensor.Zeros<double>(3), 0.1, 0, 0.9, 1, null));
        Assert.Equal("ParameterUpdate: the state [3] does not fit Parameter (unnamed) [2]; it must be contiguous and of the parameter's shape.", error.Message);
    }

    [Fact]
    public void Gradients_are_measured_scaled_and_limited_in_place()
    {
        var parameter = new Parameter<double>(Tensor.From(0.0, 0));
        Assert.Equal(0, ParameterUpdate.SquaredGradientNorm(parameter));
        (parameter.Value * Tensor.From(3.0, -4)).Sum().Backward();
        Assert.Equal(25, ParameterUpdate.SquaredGradientNorm(parameter));
        ParameterUpdate.ScaleGradient(parameter, 0.5);
        Assert.Equal([1.5, -2], parameter.Gradient!.ToArray());
        ParameterUpdate.ClampGradient(parameter, 1.75);
        Assert.Equal([1.5, -1.75], parameter.Gradient!.ToArray());
    }
}
