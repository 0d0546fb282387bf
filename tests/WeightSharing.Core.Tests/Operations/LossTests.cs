using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LossTests
{
    [Fact]
    public void Every_reduction_reduces_the_same_values()
    {
        Tensor<double> x = Expect.Values([2, 3], "x"), t = Expect.Values([2, 3], "t"), each = Loss.MeanSquaredError(x, t, LossReduction.None);
        Expect.Close(each.Sum(), Loss.MeanSquaredError(x, t, LossReduction.Sum), 1e-15);
        Expect.Close(each.Mean(), Loss.MeanSquaredError(x, t, LossReduction.Mean), 1e-15);
        Expect.Close(each.Mean(), Loss.MeanSquaredError(x, t), 1e-15);
    }
}
