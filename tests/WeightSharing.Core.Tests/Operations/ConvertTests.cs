using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ConvertTests
{
    [Fact]
    public void Conversions_saturate_towards_zero()
    {
        Tensor<double> x = Tensor.From(-1.9, 0.5, 300, 1e30, double.NaN);
        Assert.Equal([-1, 0, 300, int.MaxValue, 0], x.To<int>().ToArray());
        Assert.Equal([(byte)0, (byte)0, (byte)255, (byte)255, (byte)0], x.To<byte>().ToArray());
        Assert.Equal([true, true, true, true, true], x.To<bool>().ToArray());
        Assert.Equal([1f, 0f], Tensor.From(true, false).To<float>().ToArray());
        Assert.Equal([-3L, 4L], Tensor.From(-3, 4).To<long>().ToArray());
    }

    [Fact]
    public void Conversion_to_the_same_type_is_the_tensor_itself() => Assert.Same(A, A.To<double>());

    [Fact]
    public void Gradients_pass_between_floating_types_to_any_order()
    {
        Tensor<double> x = Tensor.From(1.5, -2).RequireGradient();
        Tensor<float> y = x.To<float>().Pow(3f);
        Tensor<double> slope = Gradient.Of(y.To<double>().Sum(), x, differentiable: true);
        Expect.Close(Tensor.From(6.75, 12), slope, 1e-6);
        Expect.Close(Tensor.From(9.0, -12), Gradient.Of(slope.Sum(), x), 1e-6);
        Assert.False(x.To<int>().RequiresGradient);
    }

    [Fact]
    public void Strided_and_empty_tensors_convert()
    {
        Tensor<double> x = Expect.Values([2, 3]);
        Expect.Bitwise(x.To<float>(), Expect.Strided(x).To<float>());
        Assert.Equal(new Shape(0, 2), Tensor.Zeros<int>([0, 2]).To<double>().Shape);
    }

    [Fact]
    public void Types_that_are_no_numbers_are_refused() =>
        Expect.Throws<NotSupportedException>("To: no conversion for Guid; there is one for float, double, Half, the integer types and bool.", () => A.To<Guid>());

    private static readonly Tensor<double> A = Tensor.From(1.0, 2);
}
