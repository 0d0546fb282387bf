using System.Numerics;

namespace WeightSharing.Training;

/// <summary>
/// A factor on the learning rate as a function of the number of optimizer steps already made: nothing to remember, so resuming is exact.
/// (The one exception, <see cref="ReduceOnPlateau"/>, saves what it has seen.)
/// </summary>
/// <example>Warm-up over 100 steps times a cosine:
/// <code>
/// Schedule schedule = Schedule.WarmUp(100) * Schedule.Cosine(10_000);
/// optimizer.LearningRate = 1e-3 * schedule.Factor(optimizer.StepCount);
/// </code></example>
public abstract class Schedule
{
    /// <summary>The factor for the step after <paramref name="step"/> others, from 0.</summary>
    public abstract double Factor(long step);

    /// <summary>Tells the schedule the value of the watched metric after an epoch; most do not listen.</summary>
    public virtual void Observe(double metric)
    {
    }

    /// <summary>Adds what the schedule has seen to a state; most have seen nothing.</summary>
    public virtual void Save<T>(TrainingState<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    public virtual void Load<T>(TrainingState<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>The product of two schedules.</summary>
    public static Schedule operator *(Schedule left, Schedule right) => Multiply(left, right);

    /// <summary>The product of two schedules.</summary>
    public static Schedule Multiply(Schedule left, Schedule right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new Composed([left, right], step => left.Factor(step) * right.Factor(step));
    }

    /// <summary>This schedule for <paramref name="steps"/> steps, then another, which counts from its own beginning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is negative.</exception>
    public Schedule Then(long steps, Schedule next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Hyperparameter.AtLeast(steps, 0, "Schedule.Then", "number of steps");
        return new Composed([this, next], step => step < steps ? Factor(step) : next.Factor(step - steps));
    }

    /// <summary>Any function of the step.</summary>
    public static Schedule From(Func<long, double> factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return new Composed([], factor);
    }

    /// <summary>Always 1.</summary>
    public static Schedule Constant { get; } = From(_ => 1);

    /// <summary>γ^⌊step / size⌋.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, or γ is not a finite number of at least 0.</exception>
    public static Schedule Step(long size, double gamma = 0.1)
    {
        Hyperparameter.AtLeast(size, 1, "Schedule.Step", "size");
        Hyperparameter.NotNegative(gamma, "Schedule.Step", "gamma");
        return From(step => Math.Pow(gamma, step / size));
    }

    /// <summary>γ to the number of milestones that lie at or before the step.</summary>
    /// <exception cref="ArgumentException">The milestones do not ascend.</exception>
    /// <exception cref="ArgumentOutOfRangeException">γ is not a finite number of at least 0.</exception>
    public static Schedule MultiStep(ReadOnlySpan<long> milestones, double gamma = 0.1)
    {
        Hyperparameter.NotNegative(gamma, "Schedule.MultiStep", "gamma");
        long[] at = milestones.ToArray();
        for (int i = 1; i < at.Length; i++)
        {
            if (at[i] <= at[i - 1])
            {
                throw new ArgumentException($"Schedule.MultiStep: milestone {at[i]} after {at[i - 1]}; they must ascend.", nameof(milestones));
            }
        }

        return From(step => Math.Pow(gamma, at.Count(milestone => milestone <= step)));
    }

    /// <summary>γ^step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">γ is not a finite number of at least 0.</exception>
    public static Schedule Exponential(double gamma)
    {
        Hyperparameter.NotNegative(gamma, "Schedule.Exponential", "gamma");
        return From(step => Math.Pow(gamma, step));
    }

    /// <summary>
    /// From 1 down to <paramref name="floor"/> along half a cosine over <paramref name="steps"/> steps, then constant (Loshchilov and
    /// Hutter 2017, equation 5).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 1, or the floor is outside 0 … 1.</exception>
    public static Schedule Cosine(long steps, double floor = 0)
    {
        Hyperparameter.AtLeast(steps, 1, "Schedule.Cosine", "number of steps");
        Hyperparameter.Share(floor, "Schedule.Cosine", "floor");
        return From(step => Anneal(1, floor, Math.Min(1, (double)step / steps)));
    }

    /// <summary>
    /// Cosines from 1 down to <paramref name="floor"/>, again and again, each <paramref name="growth"/> times as long as the one before (warm restarts:
    /// Loshchilov and Hutter 2017, equation 5).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps or the growth is below 1, or the floor is outside 0 … 1.</exception>
    public static Schedule CosineRestarts(long steps, int growth = 1, double floor = 0)
    {
        Hyperparameter.AtLeast(steps, 1, "Schedule.CosineRestarts", "number of steps");
        Hyperparameter.AtLeast(growth, 1, "Schedule.CosineRestarts", "growth");
        Hyperparameter.Share(floor, "Schedule.CosineRestarts", "floor");
        return From(step =>
        {
            long length = steps, at = growth == 1 ? step % steps : step;
            for (; at >= length; length *= growth) at -= length;
            return Anneal(1, floor, (double)at / length);
        });
    }

    /// <summary>(1 − step / steps)^power, 0 after the last step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 1, or the power is not a finite number above 0.</exception>
    public static Schedule Polynomial(long steps, double power = 1)
    {
        Hyperparameter.AtLeast(steps, 1, "Schedule.Polynomial", "number of steps");
        Hyperparameter.Positive(power, "Schedule.Polynomial", "power");
        return From(step => Math.Pow(1 - Math.Min(1, (double)step / steps), power));
    }

    /// <summary>
    /// In a straight line up to 1, which the last of <paramref name="steps"/> steps reaches, from <paramref name="start"/>, which a step
    /// before the first would have.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 1, or the start is outside 0 … 1.</exception>
    public static Schedule WarmUp(long steps, double start = 0)
    {
        Hyperparameter.AtLeast(steps, 1, "Schedule.WarmUp", "number of steps");
        Hyperparameter.Share(start, "Schedule.WarmUp", "start");
        return From(step => start + (1 - start) * Math.Min(1, (step + 1.0) / steps));
    }

    /// <summary>
    /// One cycle (Smith and Topin 2018, with cosines as in PyTorch): from 1 / <paramref name="initialDivisor"/> up to 1 over the share
    /// <paramref name="rise"/> of the steps, then down to a <paramref name="finalDivisor"/>-th of the beginning, and constant after the last.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Fewer than 2 steps, a share outside 0 … 1, or a divisor that is not above 0.
    /// </exception>
    public static Schedule OneCycle(long steps, double rise = 0.3, double initialDivisor = 25, double finalDivisor = 1e4)
    {
        Hyperparameter.AtLeast(steps, 2, "Schedule.OneCycle", "number of steps");
        Hyperparameter.Share(rise, "Schedule.OneCycle", "share of the rise");
        Hyperparameter.Positive(initialDivisor, "Schedule.OneCycle", "initial divisor");
        Hyperparameter.Positive(finalDivisor, "Schedule.OneCycle", "final divisor");
        double low = 1 / initialDivisor, end = low / finalDivisor, top = rise * steps - 1, last = steps - 1;
        return From(step => step < top ? Anneal(low, 1, step / top) : Anneal(1, end, top < last ? Math.Min(1, (step - top) / (last - top)) : 0));
    }

    // 1 at the beginning, 0 at the end of a half cosine.
    private static double Anneal(double from, double to, double share) => to + (from - to) * (1 + Math.Cos(Math.PI * share)) / 2;

    private sealed class Composed(Schedule[] parts, Func<long, double> factor) : Schedule
    {
        public override double Factor(long step) => factor(Hyperparameter.AtLeast(step, 0, "Schedule", "step"));

        public override void Observe(double metric)
        {
            foreach (Schedule part in parts) part.Observe(metric);
        }

        public override void Save<T>(TrainingState<T> state)
        {
            foreach (Schedule part in parts) part.Save(state);
        }

        public override void Load<T>(TrainingState<T> state)
        {
            foreach (Schedule part in parts) part.Load(state);
        }
    }
}
