using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LinearScanTests
{
    [Fact]
    public void Both_directions_are_differentiable_to_any_order()
    {
        foreach (bool down in (bool[])[false, true])
        {
            Expect.Gradients((a, b) => LinearScan.Run(a, b, 1, down, "scan"), Expect.Values([2, 4, 3], "a"), Expect.Values([2, 4, 3], "b"));
            Expect.Gradients(x => LinearScan.Run(x, x, 0, down, "scan"), Expect.Values([5]));
        }
    }

    [Fact]
    public void Former_elements_move_up_by_one()
    {
        Assert.Equal([9.0, 1, 2], LinearScan.Former(Tensor.From(1.0, 2, 3), 0, 9).ToArray());
        Assert.Equal(0, LinearScan.Former(Tensor.Zeros<double>([0]), 0, 9).Count);
    }
}
