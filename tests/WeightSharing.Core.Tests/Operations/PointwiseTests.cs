using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PointwiseTests
{
    [Fact]
    public void Strided_and_broadcast_operands_give_the_bits_of_dense_ones()
    {
        Tensor<float> a = Tensor.Normal<float>([3, 5, 7], RandomKey.Of(1)), b = Tensor.Normal<float>([5, 1], RandomKey.Of(2)), wide = b.BroadcastTo([3, 5, 7]).Contiguous();
        Expect.Bitwise(a * wide, a * b);
        Expect.Bitwise(a * wide, Expect.Strided(a) * Expect.Strided(b));
        Expect.Bitwise(wide - a, b - Expect.Strided(a));
        Expect.Bitwise(a.Exp(), Expect.Strided(a).Exp());
    }

    [Fact]
    public void Adding_in_place_broadcasts_the_source_and_counts_as_a_change()
    {
        Tensor<double> target = Expect.Strided(Tensor.Ones<double>([2, 3]));
        int version = target.Storage.Version;
        Pointwise.AddInPlace(target, Tensor.From(1.0, 2.0).Reshape(2, 1));
        Assert.Equal([2.0, 2, 2, 3, 3, 3], target.ToArray());
        Assert.True(target.Storage.Version > version);
    }

    [Fact]
    public void An_operand_that_is_null_is_named()
    {
        Tensor<double> x = Tensor.From(1.0), nothing = null!;
        Assert.Throws<ArgumentNullException>(() => x + nothing);
        Assert.Throws<ArgumentNullException>(() => nothing * x);
        Assert.Throws<ArgumentNullException>(() => nothing.Exp());
    }
}
