using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Soft;

/// <summary>
/// Yearly sunspot numbers as pairs of 12 years and the next: 1712 to 1920 to learn from, 1921 to 1955 to measure with, as Weigend, Huberman and
/// Rumelhart (1990) and Nowlan and Hinton (1992) have them.
/// </summary>
internal sealed class SunspotSeries
{
    /// <summary>Years that a forecast sees.</summary>
    public const int Lags = 12;

    /// <summary>The variance that errors are measured in.</summary>
    public const double Normalizer = 1495.601;

    /// <summary>Numbers are divided by this.</summary>
    public const double Scale = 100;

    private const int FirstYear = 1700, LastTraining = 1920, LastTest = 1955;
    private readonly double[] numbers;

    private SunspotSeries(double[] numbers) => this.numbers = numbers;

    /// <summary>Reads the series of the folder, or the one in the program, which differs in a few years.</summary>
    public static SunspotSeries Load(DataSource source)
    {
        string path = source.Has("series/sunspot.year.csv") ? "series/sunspot.year.csv" : "series/sunspots.yearly-1700-2008.csv";
        using var reader = new StreamReader(source.Open(path));
        _ = reader.ReadLine();
        var values = new List<double>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            string[] cells = line.Split(',');
            if (cells.Length != 2 || !double.TryParse(cells[0], CultureInfo.InvariantCulture, out double year) || (int)year != FirstYear + values.Count
                || !double.TryParse(cells[1], CultureInfo.InvariantCulture, out double value))
            {
                throw new ExperimentException($"{path}: \"{line}\"; expected the year {FirstYear + values.Count} and a number.");
            }

            values.Add(value);
        }

        return values.Count > LastTest - FirstYear
            ? new SunspotSeries([.. values])
            : throw new ExperimentException($"{path}: ends in {FirstYear + values.Count - 1}; the years to {LastTest} are needed.");
    }

    /// <summary>The pairs whose targets are these years: inputs [N, 12], targets [N, 1].</summary>
    public (Tensor<double> Inputs, Tensor<double> Targets) Years(int first, int last)
    {
        int count = last - first + 1;
        var inputs = new double[count * Lags];
        var targets = new double[count];
        for (int i = 0; i < count; i++)
        {
            int at = first - FirstYear + i;
            for (int lag = 0; lag < Lags; lag++) inputs[i * Lags + lag] = numbers[at - 1 - lag] / Scale;
            targets[i] = numbers[at] / Scale;
        }

        return (Tensor.From(inputs, [count, Lags]), Tensor.From(targets, [count, 1]));
    }

    /// <summary>All that may be learned from.</summary>
    public (Tensor<double> Inputs, Tensor<double> Targets) Training => Years(FirstYear + Lags, LastTraining);

    /// <summary>What measures.</summary>
    public (Tensor<double> Inputs, Tensor<double> Targets) Test => Years(LastTraining + 1, LastTest);

    /// <summary>Mean squared error of forecasts in units of the normaliser.</summary>
    public static double RelativeVariance(Tensor<double> forecasts, Tensor<double> targets) =>
        (forecasts - targets).ToArray().Average(error => error * error) * Scale * Scale / Normalizer;
}
