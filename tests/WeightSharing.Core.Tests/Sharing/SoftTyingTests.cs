using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class SoftTyingTests
{
    [Fact]
    public void The_penalty_is_the_squared_distance_with_its_gradient_and_no_use()
    {
        var parameter = new Parameter<double>(Expect.Values([2, 5]));
        var soft = new SoftTying<double>(parameter, Tying.Palindrome(5));
        Tensor<double> penalty = soft.Penalty(3);
        Assert.Equal(3 * soft.Distance * soft.Distance, penalty.Item(), 12);
        penalty.Backward();
        Expect.Close((parameter.Value - soft.Tying.Project(parameter.Value)).Detach() * 6.0, parameter.Gradient!);
        Assert.Empty(parameter.Ledger.Usages);
        GradCheck.Verify(w => new SoftTying<double>(new Parameter<double>(w.Detach()), Tying.Palindrome(5)).Penalty(1) * 0.0 + (w - Tying.Palindrome(5).Project(w)).Norm(), [5]);
    }

    [Fact]
    public void Hardening_moves_to_the_nearest_tied_weight_and_says_how_far()
    {
        var parameter = new Parameter<double>(Expect.Values([2, 5]));
        var soft = new SoftTying<double>(parameter, Tying.Palindrome(5));
        double distance = soft.Distance;
        Assert.Equal(distance, soft.Harden(), 14);
        Assert.InRange(soft.Distance, 0, 1e-15);
        Assert.True(distance > 0.1);
    }

    // min ½‖w − a‖² + λ‖w − Pw‖²: w − Pw = (a − Pa)/(1 + 2λ), so the distance falls as 1/λ.
    [Theory]
    [InlineData(1e2)]
    [InlineData(1e4)]
    public void On_a_quadratic_loss_the_distance_falls_with_the_strength(double strength)
    {
        Tensor<double> a = Expect.Values([7]);
        Tying tying = Tying.Palindrome(7);
        Tensor<double> away = a - tying.Project(a), solution = tying.Project(a) + away * (1 / (1 + 2 * strength));
        var parameter = new Parameter<double>(solution);
        Tensor<double> error = parameter.Value - a;
        ((error * error).Sum() * 0.5 + new SoftTying<double>(parameter, tying).Penalty(strength)).Backward();
        Assert.InRange(parameter.Gradient!.Norm().Item(), 0, 1e-10);
    }

    [Fact]
    public void A_random_walk_penalises_steps_in_time()
    {
        var parameter = new Parameter<double>(Expect.Values([4, 2, 3]));
        SoftTying<double> walk = SoftTying<double>.RandomWalk(parameter);
        Tensor<double> w = parameter.Value.Detach(), steps = w[1..] - w[..3];
        Assert.Equal(2 * (steps * steps).Sum().Item(), walk.Penalty(2).Item(), 12);
        walk.Harden();
        Assert.InRange(walk.Penalty(1).Item(), 0, 1e-28);
    }

    [Fact]
    public void Strengths_grow_geometrically_and_stop()
    {
        var schedule = new SoftToHard(1e-2, 1e2, 4);
        Assert.Equal([1e-2, 1e-1, 1, 10, 100, 100], Enumerable.Range(0, 6).Select(step => Math.Round(schedule.Strength(step), 10)));
        Expect.Throws<ArgumentOutOfRangeException>("SoftToHard: from 0 to 1 over 5 steps;", () => new SoftToHard(0, 1, 5));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("SoftTying: the tying palindrome: 3 free → [5] for weight Weight [2, 4];", () => new SoftTying<double>(new Parameter<double>(Expect.Values([2, 4])), Tying.Palindrome(5)));
        Expect.Throws<ArgumentOutOfRangeException>("SoftTying: strength -1;", () => new SoftTying<double>(new Parameter<double>(Expect.Values([5])), Tying.Palindrome(5)).Penalty(-1));
    }
}
