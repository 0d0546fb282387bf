using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class FixedPointTests
{
    [Fact]
    public void Memory_makes_a_slow_contraction_fast()
    {
        // z ← 0.99·R·z + x with a rotation R: the plain iteration needs over a thousand steps.
        Assert.True(Iterations(5) < 40);
        Assert.Throws<ConvergenceException>(() => Iterations(0));
    }

    private static int Iterations(int memory)
    {
        int count = 0;
        var layer = new Counted(() => count++);
        _ = new Equilibrium<double>(layer, settings: new AndersonSettings(1e-10, 200, memory)).Forward(Networks.Values([1, 2]));
        return count;
    }

    private sealed class Counted(Action count) : Layer<double>
    {
        private readonly Tensor<double> rotation = Tensor.From(new double[,] { { 0.6 * 0.99, -0.8 * 0.99 }, { 0.8 * 0.99, 0.6 * 0.99 } });

        public override Tensor<double> Forward(Tensor<double> input)
        {
            count();
            return input.Linear(rotation);
        }
    }
}
