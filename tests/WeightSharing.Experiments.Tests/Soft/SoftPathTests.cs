using WeightSharing.Experiments.Soft;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Soft;

public sealed class SoftPathTests
{
    [Fact]
    public void The_distance_falls_as_the_inverse_of_a_large_strength()
    {
        var path = new SoftPath(Tying.Palindrome(5), RandomKey.Of(1));
        double near = path.Distance(1e3 * path.Curvature), far = path.Distance(1e4 * path.Curvature);
        Assert.Equal(10, near / far, 0.05);
    }

    [Fact]
    public void Small_systems_are_solved()
    {
        double[] x = SmallSystems.Solve(new[,] { { 0.0, 2 }, { 3, 1 } }, [4, 5]);
        Assert.Equal(1, x[0], 12);
        Assert.Equal(2, x[1], 12);
    }
}
