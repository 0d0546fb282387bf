using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class SortingTests
{
    [Fact]
    public void Orders_are_stable_in_both_directions()
    {
        var order = new int[6];
        Sorting.Order<float>(1, 3, 2, [2, 1, 1, float.NaN, 2, 1], order, descending: false);
        Assert.Equal([1, 0, 0, 2, 2, 1], order);
        Sorting.Order<float>(1, 3, 2, [2, 1, 1, float.NaN, 2, 1], order, descending: true);
        Assert.Equal([0, 1, 2, 0, 1, 2], order);
    }
}
