using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SlopesTests
{
    [Fact]
    public void An_operand_that_changed_is_an_error_at_backward()
    {
        Tensor<double> x = Expect.Between(0.5, 2, [3]).RequireGradient(), y = x.Log2().Sum();
        x.CopyFrom(Tensor.Ones<double>(3));
        Expect.Throws<InvalidOperationException>("Backward of Log2: its operand [3] was changed after the forward pass", () => y.Backward());
    }

    [Fact]
    public void Elements_have_the_same_bits_wherever_they_stand()
    {
        Tensor<float> x = Expect.Between(1.1, 9, [41]).To<float>();
        foreach (Func<Tensor<float>, Tensor<float>> f in (Func<Tensor<float>, Tensor<float>>[])[
            v => v.Log2(), v => v.Asinh(), v => (v * 0.1f).Logit(), v => v.LogAddExp(v * 0.5f), v => v.Hypot(v + 1), v => v.Remainder(0.7f)])
        {
            Tensor<float> whole = f(x);
            for (int i = 0; i < x.Count; i++) Expect.Bitwise(f(x.Slice(0, i, i + 1)), whole.Slice(0, i, i + 1));
        }
    }
}
