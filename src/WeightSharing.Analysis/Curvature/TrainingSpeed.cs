namespace WeightSharing.Analysis;

/// <summary>What curvature means in practice: which learning rates train, and how many steps a loss takes.</summary>
public static class TrainingSpeed
{
    /// <summary>
    /// The range of learning rates that train: from a grid, those whose run ends at or below the target. A run that throws <see cref="ArithmeticException"/> or ends in a loss that is
    /// not finite does not train.
    /// </summary>
    /// <param name="rates">Learning rates in ascending order.</param>
    /// <param name="run">Trains afresh at a rate and returns the final loss.</param>
    /// <param name="target">The loss to reach.</param>
    /// <returns>The result at every rate, and the widest run of neighbouring rates that train.</returns>
    /// <exception cref="ArgumentException">The rates are not positive and ascending.</exception>
    public static LearningRateRange LearningRates(IReadOnlyList<double> rates, Func<double, double> run, double target)
    {
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(run);
        for (int i = 0; i < rates.Count; i++)
        {
            if (!(rates[i] > (i == 0 ? 0 : rates[i - 1])))
            {
                throw new ArgumentException($"TrainingSpeed.LearningRates: rate {rates[i]} at place {i}; rates must be positive and ascend.", nameof(rates));
            }
        }

        double[] losses = [.. rates.Select(Final)];
        int start = 0, bestStart = 0, bestCount = 0;
        for (int i = 0; i <= losses.Length; i++)
        {
            if (i < losses.Length && losses[i] <= target) continue;
            if (i - start > bestCount) (bestStart, bestCount) = (start, i - start);
            start = i + 1;
        }

        return new LearningRateRange(
            [.. rates.Zip(losses)], bestCount == 0 ? double.NaN : rates[bestStart], bestCount == 0 ? double.NaN : rates[bestStart + bestCount - 1]);

        double Final(double rate)
        {
            try
            {
                double loss = run(rate);
                return double.IsFinite(loss) ? loss : double.PositiveInfinity;
            }
            catch (ArithmeticException)
            {
                return double.PositiveInfinity;
            }
        }
    }

    /// <summary>The first step, from 1, after which the loss is at or below the target; null when none is.</summary>
    /// <param name="losses">After each step.</param>
    /// <param name="target">The loss to reach.</param>
    public static int? StepsTo(IEnumerable<double> losses, double target)
    {
        ArgumentNullException.ThrowIfNull(losses);
        int step = 0;
        foreach (double loss in losses)
        {
            step++;
            if (loss <= target) return step;
        }

        return null;
    }
}

/// <summary>Which learning rates train.</summary>
/// <param name="Losses">Rate and final loss; infinite where training failed.</param>
/// <param name="Lowest">The lowest rate of the widest run of neighbouring rates that train; NaN when none does.</param>
/// <param name="Highest">The highest rate of that run; NaN when none does.</param>
public sealed record LearningRateRange(IReadOnlyList<(double Rate, double Loss)> Losses, double Lowest, double Highest)
{
    /// <summary>Highest over lowest: how far off one may be and still train; 0 when no rate trains.</summary>
    public double Ratio => double.IsNaN(Lowest) ? 0 : Highest / Lowest;
}
