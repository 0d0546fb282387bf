namespace WeightSharing.Training;

/// <summary>Multiplies the learning rate by a factor whenever the watched metric has not become smaller for some epochs.</summary>
/// <remarks>Better means below best·(1 − threshold), as PyTorch's relative threshold for a minimum.</remarks>
public sealed class ReduceOnPlateau : Schedule
{
    private readonly double factor;
    private readonly int patience;
    private readonly int cooldown;
    private readonly double threshold;
    private readonly double floor;
    private double current = 1;
    private double best = double.PositiveInfinity;
    private long bad;
    private long resting;

    /// <summary>A schedule that listens.</summary>
    /// <param name="factor">What the rate is multiplied by, in 0 … 1, 1 excluded.</param>
    /// <param name="patience">Epochs without improvement that pass before the next one lowers the rate.</param>
    /// <param name="threshold">Relative improvement that counts, in 0 … 1.</param>
    /// <param name="cooldown">Epochs after a lowering in which nothing is counted.</param>
    /// <param name="floor">The factor's least value, in 0 … 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ReduceOnPlateau(double factor = 0.1, int patience = 10, double threshold = 1e-4, int cooldown = 0, double floor = 0)
    {
        this.factor = Hyperparameter.Fraction(factor, "ReduceOnPlateau", "factor");
        this.patience = Hyperparameter.AtLeast(patience, 0, "ReduceOnPlateau", "patience");
        this.threshold = Hyperparameter.Share(threshold, "ReduceOnPlateau", "threshold");
        this.cooldown = Hyperparameter.AtLeast(cooldown, 0, "ReduceOnPlateau", "cooldown");
        this.floor = Hyperparameter.Share(floor, "ReduceOnPlateau", "floor");
    }

    /// <inheritdoc/>
    public override double Factor(long step) => current;

    /// <inheritdoc/>
    public override void Observe(double metric)
    {
        // A NaN is never better.
        bool better = double.IsPositiveInfinity(best) ? !double.IsNaN(metric) : metric < best * (1 - threshold);
        if (better) (best, bad) = (metric, 0);
        else bad++;
        if (resting > 0)
        {
            resting--;
            bad = 0;
        }

        if (bad <= patience) return;
        current = Math.Max(floor, current * factor);
        (resting, bad) = (cooldown, 0);
    }

    /// <inheritdoc/>
    public override void Save<T>(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("ReduceOnPlateau/factor", current);
        state.Set("ReduceOnPlateau/best", best);
        state.Set("ReduceOnPlateau/bad", bad);
        state.Set("ReduceOnPlateau/resting", resting);
    }

    /// <inheritdoc/>
    public override void Load<T>(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (current, best) = (state.Number("ReduceOnPlateau/factor"), state.Number("ReduceOnPlateau/best"));
        (bad, resting) = (state.Counter("ReduceOnPlateau/bad"), state.Counter("ReduceOnPlateau/resting"));
    }
}
