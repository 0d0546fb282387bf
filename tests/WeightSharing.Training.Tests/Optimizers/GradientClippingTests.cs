using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class GradientClippingTests
{
    [Fact]
    public void The_norm_is_that_of_all_gradients_together_and_the_larger_is_scaled_down()
    {
        (ParameterSet<float> set, Parameter<float> a, Parameter<float> b) = With([3f, 0], [0f, -4, 0]);
        Assert.Equal(5, set.GradientNorm(), 1e-6);
        Assert.Equal(5, set.ClipGradientNorm(10), 1e-6);
        Assert.Equal([3f, 0], a.Gradient!.ToArray());
        Assert.Equal(5, set.ClipGradientNorm(0.5), 1e-6);
        Assert.Equal(0.3f, a.Gradient!.ToArray()[0], 1e-6f);
        Assert.Equal(-0.4f, b.Gradient!.ToArray()[1], 1e-6f);
        Assert.Equal(0.5, set.GradientNorm(), 1e-6);
    }

    [Fact]
    public void Squares_beyond_the_range_of_the_element_type_are_no_matter()
    {
        (ParameterSet<float> large, _, _) = With([3e30f], [4e30f]);
        Assert.Equal(5e30, large.GradientNorm(), 1e25);
        (ParameterSet<float> small, _, _) = With([3e-30f], [4e-30f]);
        Assert.Equal(5e-30, small.GradientNorm(), 1e-35);
        (ParameterSet<float> none, _, Parameter<float> b) = With([0f], [0f]);
        b.ZeroGradient();
        Assert.Equal(0, none.GradientNorm());
    }

    [Fact]
    public void Elements_are_limited_one_by_one()
    {
        (ParameterSet<float> set, Parameter<float> a, Parameter<float> b) = With([3f, -0.25f], [-7f, float.NaN]);
        set.ClipGradientValue(0.5);
        Assert.Equal([0.5f, -0.25f], a.Gradient!.ToArray());
        Assert.Equal([-0.5f, float.NaN], b.Gradient!.ToArray());
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "infinite")]
    public void A_gradient_that_is_not_finite_is_an_error_that_names_the_parameter(float value, string word)
    {
        (ParameterSet<float> set, Parameter<float> a, _) = With([1f], [1f, value]);
        var error = Assert.Throws<ArithmeticException>(() => set.ClipGradientNorm(0.1));
        Assert.Equal($"GradientNorm: the gradient of b [2] has {word} elements; lower the learning rate, or look for the operation that overflows.", error.Message);
        Assert.Equal([1f], a.Gradient!.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_limit_that_is_none_is_an_error(double limit)
    {
        (ParameterSet<float> set, _, _) = With([1f], [1f]);
        Assert.StartsWith($"ClipGradientNorm: maximum {limit}; expected a finite number above 0.", Assert.Throws<ArgumentOutOfRangeException>(() => set.ClipGradientNorm(limit)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"ClipGradientValue: bound {limit}; expected a finite number above 0.", Assert.Throws<ArgumentOutOfRangeException>(() => set.ClipGradientValue(limit)).Message, StringComparison.Ordinal);
    }

    private static (ParameterSet<float> Set, Parameter<float> A, Parameter<float> B) With(float[] first, float[] second)
    {
        Parameter<float> a = new(Tensor.Zeros<float>(first.Length)), b = new(Tensor.Zeros<float>(second.Length));
        (a.Value * Tensor.From(first)).Sum().Backward();
        (b.Value * Tensor.From(second)).Sum().Backward();
        return (new ParameterSet<float>([("a", a), ("b", b)]), a, b);
    }
}
