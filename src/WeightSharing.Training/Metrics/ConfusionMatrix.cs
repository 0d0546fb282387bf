using System.Globalization;
using System.Numerics;
using System.Text;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>How often each class was taken for each other: rows are actual classes, columns predicted ones.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[] counts;
    private readonly string[] names;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="names">Names of the classes for the table; none stands for their numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is below 1.</exception>
    /// <exception cref="ArgumentException">The number of names is not the number of classes.</exception>
    public ConfusionMatrix(int classes, params ReadOnlySpan<string> names)
    {
        Classes = Hyperparameter.AtLeast(classes, 1, "ConfusionMatrix", "number of classes");
        if (names.Length != 0 && names.Length != classes)
        {
            throw new ArgumentException($"ConfusionMatrix: {names.Length} names for {classes} classes; they must be as many.", nameof(names));
        }

        counts = new long[checked(classes * classes)];
        this.names = names.Length == 0 ? [.. Enumerable.Range(0, classes).Select(i => i.ToString(CultureInfo.InvariantCulture))] : names.ToArray();
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of examples counted.</summary>
    public long Total => counts.Sum();

    /// <summary>The number of examples on the diagonal.</summary>
    public long Correct => Enumerable.Range(0, Classes).Sum(i => this[i, i]);

    /// <summary>Correct / total; NaN when nothing was counted.</summary>
    public double Accuracy => Ratio(Correct, Total);

    /// <summary>How many examples of class <paramref name="actual"/> were taken for <paramref name="predicted"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long this[int actual, int predicted] => counts[Index(actual, predicted)];

    /// <summary>Of the examples taken for this class, the share that belongs to it; NaN when none was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Precision(int predicted) => Ratio(this[predicted, predicted], Enumerable.Range(0, Classes).Sum(i => this[i, predicted]));

    /// <summary>Of the examples of this class, the share that was found; NaN when there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Recall(int actual) => Ratio(this[actual, actual], Enumerable.Range(0, Classes).Sum(i => this[actual, i]));

    /// <summary>
    /// 2·precision·recall / (precision + recall) = 2·hits / (found + wanted); NaN for a class that neither occurs nor is predicted.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double F1(int category) =>
        Ratio(2 * this[category, category], Enumerable.Range(0, Classes).Sum(i => this[i, category] + this[category, i]));

    /// <summary>Counts one example.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public void Add(int actual, int predicted, long count = 1)
    {
        Hyperparameter.AtLeast(count, 0, "ConfusionMatrix", "count");
        counts[Index(actual, predicted)] += count;
    }

    /// <summary>Counts a batch: each row's prediction is the class of its largest logit, the first of equal ones.</summary>
    /// <param name="logits">[N, C] or [N, C, d1, …]</param>
    /// <param name="labels">[N] or [N, d1, …]</param>
    /// <param name="ignoreIndex">Rows with this label do not count.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; then nothing of the batch is counted.</exception>
    public void Add<T>(Tensor<T> logits, Tensor<int> labels, int ignoreIndex = Loss.DefaultIgnoreIndex)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.Rank < 2 || logits.Shape[1] != Classes || labels.Shape != logits.Shape.Without(1))
        {
            throw new ArgumentException($"ConfusionMatrix: logits {logits.Shape} and labels {labels.Shape} for {Classes} classes; expected [N, {Classes}, ..] and [N, ..].");
        }

        if (labels.Count == 0) return;
        int[] predicted = logits.ArgMax(1).ToArray(), actual = labels.ToArray();
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] != ignoreIndex && (uint)actual[i] >= (uint)Classes)
            {
                throw new ArgumentOutOfRangeException(nameof(labels), $"ConfusionMatrix: label {actual[i]} at position {i}; expected 0 to {Classes - 1}.");
            }
        }

        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] != ignoreIndex) counts[actual[i] * Classes + predicted[i]]++;
        }
    }

    /// <summary>Adds the counts of another matrix over as many classes.</summary>
    /// <exception cref="ArgumentException">The numbers of classes differ.</exception>
    public void Add(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
        {
            throw new ArgumentException($"ConfusionMatrix: {other.Classes} classes added to {Classes}; they must be as many.", nameof(other));
        }

        for (int i = 0; i < counts.Length; i++) counts[i] += other.counts[i];
    }

    /// <summary>A table with recall at the right, precision below, and the accuracy.</summary>
    public override string ToString()
    {
        const string Actual = "actual", Precise = "precision", Found = "recall";
        int head = Math.Max(Precise.Length, names.Max(name => name.Length));
        int width = Math.Max(5, Math.Max(names.Max(name => name.Length), counts.Max().ToString(CultureInfo.InvariantCulture).Length));
        var text = new StringBuilder(Actual.PadRight(head));
        foreach (string name in names) text.Append(' ').Append(name.PadLeft(width));
        text.Append("  ").AppendLine(Found);
        for (int i = 0; i < Classes; i++)
        {
            text.Append(names[i].PadRight(head));
            for (int j = 0; j < Classes; j++) text.Append(' ').Append(this[i, j].ToString(CultureInfo.InvariantCulture).PadLeft(width));
            text.Append("  ").AppendLine(Percent(Recall(i)).PadLeft(Found.Length));
        }

        text.Append(Precise.PadRight(head));
        for (int j = 0; j < Classes; j++) text.Append(' ').Append(Percent(Precision(j)).PadLeft(width));
        text.AppendLine();
        return text.Append(CultureInfo.InvariantCulture, $"accuracy {Percent(Accuracy)} ({Correct} of {Total})").ToString();
    }

    private static double Ratio(long part, long whole) => (double)part / whole;

    private static string Percent(double share) => double.IsNaN(share) ? "–" : share.ToString("0.000", CultureInfo.InvariantCulture);

    private int Index(int actual, int predicted)
    {
        if ((uint)actual < (uint)Classes && (uint)predicted < (uint)Classes) return actual * Classes + predicted;
        throw new ArgumentOutOfRangeException(
            nameof(actual), $"ConfusionMatrix: actual class {actual}, predicted class {predicted}; both must be 0 to {Classes - 1}.");
    }
}
