using CsCheck;
using WeightSharing.Analysis;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class CapacityBoundsTests
{
    [Fact]
    public void Capacity_of_the_shared_net_does_not_grow_with_the_image_and_that_of_the_others_does()
    {
        (double Dense, double Local, double Convolution)[] orders = [.. new[] { 8, 16, 32, 64 }.Select(n =>
        {
            (long dense, long local, long convolution) = CapacityBounds.Parameters(n, 3, 8, 10);
            return (CapacityBounds.Order(dense, 2), CapacityBounds.Order(local, 2), CapacityBounds.Order(convolution, 2));
        })];
        Assert.Single(orders.Select(order => order.Convolution).Distinct());
        for (int i = 1; i < orders.Length; i++)
        {
            Assert.InRange(orders[i].Local / orders[i - 1].Local, 4, 6);
            Assert.InRange(orders[i].Dense / orders[i - 1].Dense, 15, 20);
        }

        // 784 inputs to 784 outputs, 3×3, one map: the counts of the textbook example, with biases and a readout of 1 class.
        Assert.Equal((784L * 785 + 2, 784L * 10 + 2, 10L + 2), CapacityBounds.Parameters(28, 3, 1, 1));
        Assert.True(CapacityBounds.Upper(1000, 3, 500) > CapacityBounds.Order(1000, 3) && CapacityBounds.Upper(2000, 3, 500) > CapacityBounds.Upper(1000, 3, 500));
    }
}
