using CsCheck;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class ScheduleTests
{
    [Fact]
    public void Each_follows_its_formula()
    {
        Check(Schedule.Constant, (0, 1), (99, 1));
        Check(Schedule.Step(10, 0.5), (0, 1), (9, 1), (10, 0.5), (29, 0.25), (30, 0.125));
        Check(Schedule.MultiStep([3, 5], 0.1), (0, 1), (2, 1), (3, 0.1), (4, 0.1), (5, 0.01), (100, 0.01));
        Check(Schedule.Exponential(0.9), (0, 1), (2, 0.81));
        Check(Schedule.Cosine(100), (0, 1), (50, 0.5), (100, 0), (500, 0), (25, (1 + Math.Cos(Math.PI / 4)) / 2));
        Check(Schedule.Cosine(100, floor: 0.2), (0, 1), (50, 0.6), (100, 0.2));
        Check(Schedule.CosineRestarts(4), (0, 1), (2, 0.5), (4, 1), (6, 0.5), (400, 1), (3, (1 + Math.Cos(0.75 * Math.PI)) / 2));
        Check(Schedule.CosineRestarts(2, growth: 3, floor: 0.2), (0, 1), (1, 0.6), (2, 1), (5, 0.6), (8, 1), (17, 0.6), (26, 1));
        Check(Schedule.Polynomial(10, power: 2), (0, 1), (5, 0.25), (10, 0), (20, 0));
        Check(Schedule.WarmUp(4), (0, 0.25), (1, 0.5), (3, 1), (10, 1));
        Check(Schedule.WarmUp(4, start: 0.5), (0, 0.625), (3, 1));
        Check(Schedule.OneCycle(10), (0, 0.04), (2, 1), (9, 4e-6), (50, 4e-6), (1, (0.04 + 1) / 2));
        Check(Schedule.OneCycle(10, rise: 1), (0, 0.04), (9, 1), (50, 1));
        Check(Schedule.From(step => 1.0 / (1 + step)), (1, 0.5));
    }

    [Fact]
    public void They_compose_as_products_and_in_a_row()
    {
        Check(Schedule.WarmUp(2) * Schedule.Step(2, 0.1), (0, 0.5), (1, 1), (2, 0.1));
        Check(Schedule.WarmUp(2).Then(2, Schedule.Exponential(0.5)), (0, 0.5), (1, 1), (2, 1), (3, 0.5), (4, 0.25));
    }

    [Fact]
    public void Cosines_fall_and_stay_between_floor_and_one() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0, 1]).Sample((steps, floor) =>
        {
            var schedule = Schedule.Cosine(steps, floor);
            for (int i = 0; i <= steps; i++)
            {
                Assert.InRange(schedule.Factor(i), floor - 1e-12, 1 + 1e-12);
                Assert.True(schedule.Factor(i + 1) <= schedule.Factor(i) + 1e-12);
            }
        });

    [Fact]
    public void A_plateau_lowers_the_rate_after_its_patience_and_rests()
    {
        var plateau = new ReduceOnPlateau(factor: 0.5, patience: 1, threshold: 0, cooldown: 1, floor: 0.2);
        var schedule = plateau * Schedule.Constant;
        var factors = new List<double>();
        foreach (double metric in (double[])[3, 2, 2, 2, 2, 2, 2, 1, double.NaN, 1])
        {
            schedule.Observe(metric);
            factors.Add(schedule.Factor(0));
        }

        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2], factors);
        var state = new TrainingState<double>();
        schedule.Save(state);
        var restored = new ReduceOnPlateau(factor: 0.5, patience: 1, threshold: 0, cooldown: 1, floor: 0.2);
        restored.Load(state);
        Assert.Equal(0.2, restored.Factor(0));
    }

    [Fact]
    public void Odd_arguments_are_errors_that_name_them()
    {
        Message("Schedule.Step: size 0; expected at least 1.", () => Schedule.Step(0));
        Message("Schedule.Cosine: floor 2; expected 0 to 1.", () => Schedule.Cosine(10, 2));
        Message("Schedule.CosineRestarts: growth 0; expected at least 1.", () => Schedule.CosineRestarts(3, 0));
        Message("Schedule.Polynomial: power 0; expected a finite number above 0.", () => Schedule.Polynomial(3, 0));
        Message("Schedule.MultiStep: milestone 3 after 3; they must ascend.", () => Schedule.MultiStep([3, 3]));
        Message("Schedule.OneCycle: number of steps 1; expected at least 2.", () => Schedule.OneCycle(1));
        Message("Schedule.WarmUp: number of steps 0; expected at least 1.", () => Schedule.WarmUp(0));
        Message("ReduceOnPlateau: factor 1; expected at least 0 and below 1.", () => new ReduceOnPlateau(1));
        Message("Schedule: step -1; expected at least 0.", () => Schedule.Constant.Factor(-1));
    }

    private static void Check(Schedule schedule, params (long Step, double Factor)[] expected)
    {
        foreach ((long step, double factor) in expected) Assert.Equal(factor, schedule.Factor(step), 1e-12);
    }

    private static void Message(string expected, Func<object> make) => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);
}
