using WeightSharing.Analysis;
using WeightSharing.Experiments.Reporting;

namespace WeightSharing.Experiments.Hessians;

/// <summary>One network's descents at every learning rate (rows) from every first weights (columns).</summary>
internal sealed class RateStudy
{
    private readonly Descent[,] descents;

    /// <summary>What the descents say about rates for a target.</summary>
    public RateStudy(string key, string title, double[] rates, Descent[,] descents, double target)
    {
        (Key, Title, Rates, this.descents) = (key, title, rates, descents);
        // A rate trains when it does from every first weights.
        Range = TrainingSpeed.LearningRates(rates, rate => At(rate).Max(descent => descent.FinalLoss), target);
        Ranges = [.. Enumerable.Range(0, descents.GetLength(1)).Select(slot =>
            TrainingSpeed.LearningRates(rates, rate => At(rate)[slot].FinalLoss, target))];
        Steps = [.. rates.Select(rate => At(rate).Select(descent => TrainingSpeed.StepsTo(descent.Losses, target)).ToArray())];
        // The rate that is fastest in its slowest run; where none trains, the one with the lowest loss.
        BestAt = Enumerable.Range(0, rates.Length).MinBy(at =>
            (Steps[at].Max(steps => steps ?? int.MaxValue), At(rates[at]).Average(descent => descent.FinalLoss)));
    }

    /// <summary>The last part of metric names.</summary>
    public string Key { get; }

    /// <summary>The name in tables and legends.</summary>
    public string Title { get; }

    /// <summary>The learning rates, ascending.</summary>
    public double[] Rates { get; }

    /// <summary>Those that train from every first weights.</summary>
    public LearningRateRange Range { get; }

    /// <summary>Those that train from each.</summary>
    public LearningRateRange[] Ranges { get; }

    /// <summary>Steps to the target, for every rate and first weights; null where it is not reached.</summary>
    public int?[][] Steps { get; }

    /// <summary>The place of the fastest rate.</summary>
    public int BestAt { get; }

    /// <summary>The descents at the fastest rate.</summary>
    public Descent[] Best => At(Rates[BestAt]);

    /// <summary>The final loss at every rate, mean over first weights; that of guessing, log 10, where it is higher.</summary>
    public double[] FinalLosses => [.. Rates.Select(rate => Math.Min(Math.Log(10), At(rate).Average(descent => descent.FinalLoss)))];

    /// <summary>Final losses at the fastest rate.</summary>
    public Sample BestLosses => new([.. Best.Select(descent => descent.FinalLoss)]);

    /// <summary>Accuracies on digits held back, at the fastest rate.</summary>
    public Sample BestAccuracies => new([.. Best.Select(descent => descent.Accuracy)]);

    private Descent[] At(double rate)
    {
        int row = Array.IndexOf(Rates, rate);
        return [.. Enumerable.Range(0, descents.GetLength(1)).Select(slot => descents[row, slot])];
    }
}
