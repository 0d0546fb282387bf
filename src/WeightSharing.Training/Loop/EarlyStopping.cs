using System.Numerics;

namespace WeightSharing.Training;

/// <summary>Says stop when the watched metric has not become smaller for some epochs (Prechelt 1998).</summary>
public sealed class EarlyStopping
{
    /// <summary>A rule with this patience.</summary>
    /// <param name="patience">Epochs without improvement after which training stops; at least 1.</param>
    /// <param name="minimumImprovement">What the metric must fall by to count as improved.</param>
    /// <param name="restoreBest">The trainer goes back to the parameters and buffers of the best epoch when it ends.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The patience is below 1, or the improvement is not a finite number of at least 0.
    /// </exception>
    public EarlyStopping(int patience, double minimumImprovement = 0, bool restoreBest = true)
    {
        Patience = Hyperparameter.AtLeast(patience, 1, "EarlyStopping", "patience");
        MinimumImprovement = Hyperparameter.NotNegative(minimumImprovement, "EarlyStopping", "minimum improvement");
        RestoreBest = restoreBest;
    }

    /// <summary>Epochs without improvement after which training stops.</summary>
    public int Patience { get; }

    /// <summary>What the metric must fall by to count as improved.</summary>
    public double MinimumImprovement { get; }

    /// <summary>The trainer goes back to the parameters and buffers of the best epoch.</summary>
    public bool RestoreBest { get; }

    /// <summary>The lowest value seen; infinite before the first.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    /// <summary>The epoch, from 1, of the lowest value; 0 before the first.</summary>
    public long BestEpoch { get; private set; }

    /// <summary>The last epoch, from 1, that was observed.</summary>
    public long LastEpoch { get; private set; }

    /// <summary>True once the patience is over.</summary>
    public bool ShouldStop => LastEpoch - BestEpoch >= Patience;

    /// <summary>Notes the metric of an epoch, from 1; true when it is the best so far. NaN is never better.</summary>
    public bool Observe(long epoch, double metric)
    {
        LastEpoch = epoch;
        if (!(metric < Best - MinimumImprovement)) return false;
        (Best, BestEpoch) = (metric, epoch);
        return true;
    }

    internal void Save<T>(TrainingState<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        state.Set("EarlyStopping/best", Best);
        state.Set("EarlyStopping/best_epoch", BestEpoch);
        state.Set("EarlyStopping/last_epoch", LastEpoch);
    }

    internal void Load<T>(TrainingState<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Best = state.Number("EarlyStopping/best");
        (BestEpoch, LastEpoch) = (state.Counter("EarlyStopping/best_epoch"), state.Counter("EarlyStopping/last_epoch"));
    }
}
