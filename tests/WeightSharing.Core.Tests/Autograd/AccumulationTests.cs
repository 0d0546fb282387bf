using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class AccumulationTests
{
    [Fact]
    public void A_sum_goes_in_place_only_into_a_buffer_of_its_own()
    {
        Tensor<double> a = Tensor.From(1.0), b = Tensor.From(2.0);
        bool ours = false;
        Tensor<double> sum = Accumulation.Sum(a, b, ref ours, differentiable: false);
        Assert.True(ours);
        Assert.NotSame(a, sum);
        Assert.Same(sum, Accumulation.Sum(sum, b, ref ours, differentiable: false));
        Assert.NotSame(sum, Accumulation.Sum(sum, b, ref ours, differentiable: true));
        Assert.Equal((1, 2, 5), (a.Item(), b.Item(), sum.Item()));
    }

    [Fact]
    public void Sums_exist_for_the_floating_point_types()
    {
        bool ours = false;
        Assert.Equal((Half)3, Accumulation.Sum(Tensor.From((Half)1), Tensor.From((Half)2), ref ours, false).Item());
        ours = false;
        Assert.Equal(3f, Accumulation.Sum(Tensor.From(1f), Tensor.From(2f), ref ours, false).Item());
        Assert.Equal(3f, Accumulation.SumTo(Tensor.From(1f, 2f), []).Item());
        Assert.Equal((Half)3, Accumulation.SumTo(Tensor.From((Half)1, (Half)2), []).Item());
        const string Message = "Gradients exist for float, double and Half, not for Int32.";
        Expect.Throws<NotSupportedException>(Message, () => Accumulation.AddInPlace(Tensor.From(1), Tensor.From(2)));
        Expect.Throws<NotSupportedException>(Message, () => Accumulation.SumTo(Tensor.From(1), []));
    }

    [Fact]
    public void Sums_take_strided_and_broadcast_gradients()
    {
        Tensor<double> target = Expect.Strided(Tensor.Ones<double>([2, 3]));
        Accumulation.AddInPlace(target, Tensor.From(1.0, 2.0, 3.0).BroadcastTo([2, 3]));
        Assert.Equal([2.0, 3.0, 4.0, 2.0, 3.0, 4.0], target.ToArray());
    }
}
