namespace WeightSharing.Experiments.Running;

/// <summary>The metrics of one run, by name: each declared by its experiment, set once, and finite.</summary>
/// <param name="experiment">Whose metrics they are.</param>
internal sealed class MetricSet(Experiment experiment)
{
    private readonly string[] declared = [.. experiment.Metrics.SelectMany(group => group.Keys)];
    private readonly Dictionary<string, double> values = [];

    /// <summary>The metrics in the order in which the experiment declares them.</summary>
    public IEnumerable<KeyValuePair<string, double>> Values => declared.Where(values.ContainsKey).Select(key => KeyValuePair.Create(key, values[key]));

    /// <summary>A metric's value, or setting it.</summary>
    /// <exception cref="ExperimentException">The value is NaN or infinite.</exception>
    /// <exception cref="ArgumentException">The experiment does not declare this metric, or it was set before.</exception>
    public double this[string key]
    {
        get => values[key];
        set
        {
            if (!declared.Contains(key)) throw new ArgumentException($"{experiment.Name} does not declare the metric {key}.", nameof(key));
            if (!double.IsFinite(value)) throw new ExperimentException($"{experiment.Name}: the metric {key} is {value}; every metric must be a finite number.");
            if (!values.TryAdd(key, value)) throw new ArgumentException($"{experiment.Name}: the metric {key} was set before.", nameof(key));
        }
    }

    /// <summary>Checks that every declared metric was set.</summary>
    /// <exception cref="ExperimentException">One was not; the message names it.</exception>
    public void CheckComplete()
    {
        string[] missing = [.. declared.Where(key => !values.ContainsKey(key))];
        if (missing.Length > 0) throw new ExperimentException($"{experiment.Name}: no value for {string.Join(", ", missing)}.");
    }
}
