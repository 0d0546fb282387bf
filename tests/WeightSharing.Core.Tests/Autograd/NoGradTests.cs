using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Autograd;

public class NoGradTests
{
    [Fact]
    public void Nothing_is_recorded_inside_and_scopes_nest()
    {
        Tensor<float> x = Tensor.Ones<float>(2).RequireGradient();
        Assert.False(NoGrad.IsActive);
        using (NoGrad.Begin())
        {
            using (NoGrad.Begin()) Assert.False((x * 2).RequiresGradient);
            Assert.True(NoGrad.IsActive);
            Assert.False((x.MatMul(x) + x.Exp().Sum()).RequiresGradient);
            Assert.True(x.RequiresGradient);
        }

        Assert.False(NoGrad.IsActive);
        Assert.True((x * 2).RequiresGradient);
    }

    [Fact]
    public void A_constant_computed_inside_stops_gradients()
    {
        Tensor<double> x = Tensor.From(3.0).RequireGradient(), frozen;
        using (NoGrad.Begin()) frozen = x * x;
        (frozen * x).Sum().Backward();
        Assert.Equal(9, x.Gradient!.Item());
    }

    [Fact]
    public void Other_threads_go_on_recording()
    {
        Tensor<float> x = Tensor.Ones<float>(2).RequireGradient();
        bool elsewhere = false;
        using (NoGrad.Begin())
        {
            var thread = new Thread(() => elsewhere = (x * 2).RequiresGradient);
            thread.Start();
            thread.Join();
        }

        Assert.True(elsewhere);
    }

    [Fact]
    public void A_backward_pass_inside_works_and_records_nothing()
    {
        Tensor<double> x = Tensor.From(3.0).RequireGradient(), y = (x * x * x).Sum();
        using (NoGrad.Begin())
        {
            Tensor<double> slope = Gradient.Of(y, x, differentiable: true);
            // Asked for expressly, so it can be differentiated in spite of the scope.
            Assert.True(slope.RequiresGradient);
            Assert.True(NoGrad.IsActive);
            y.Backward();
        }

        Assert.Equal(27, x.Gradient!.Item());
        Assert.False(x.Gradient!.RequiresGradient);
    }

    [Fact]
    public void The_default_value_can_be_disposed()
    {
        default(NoGrad).Dispose();
        Assert.False(NoGrad.IsActive);
    }
}
