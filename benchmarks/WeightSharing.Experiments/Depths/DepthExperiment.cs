using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Depths;

/// <summary>
/// One layer applied again and again against as many layers of their own, on handwritten digits: at equal depth the stack has many times the weights, at
/// equal weights it has a fraction of the width.
/// </summary>
internal sealed class DepthExperiment : Experiment
{
    private const int Width = 64, Pixels = DigitImages.Size * DigitImages.Size;
    private static readonly int[] Depths = [1, 5, 20, 50, 200];

    /// <inheritdoc/>
    public override string Name => "depth";

    /// <inheritdoc/>
    public override string Summary => "One layer applied up to 200 times against stacks of layers of their own, at equal depth and at equal weights.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Accuracy on held-back digits, a fraction: one layer shared over the depth, layers of their own (equal depth), narrow layers of their own (equal weights)",
            [.. Depths.SelectMany(depth => Form.All.Select(form => $"accuracy.{form.Key}.d{depth}"))]),
        new("Free parameters", [.. Depths.SelectMany(depth => Form.All.Select(form => $"parameters.{form.Key}.d{depth}"))]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        DigitImages digits = DigitImages.Load(context.Data);
        var trial = new DigitTrial(digits, context.Seed, 0);
        RandomKey key = RandomKey.Of(context.Seed);
        var metrics = new MetricSet(this);
        var accuracy = new double[Form.All.Count, Depths.Length];
        var parameters = new long[Form.All.Count, Depths.Length];
        var jobs = new List<Job>();
        foreach ((int f, Form form) in Form.All.Index())
        {
            foreach ((int d, int depth) in Depths.Index())
            {
                jobs.Add(new Job("networks", depth, () =>
                {
                    Sequential<float> network = Network(form, depth);
                    network.Initialize((long)key.Fork("weights").Value);
                    trial.Train(network, Layout.Centred, DigitSplit.TrainingPerClass, new Recipe(2e-3, context.Quick ? 5 : 400), context.Cancellation);
                    accuracy[f, d] = Teaching.Accuracy(network, trial.Lay(Layout.Centred, trial.Split.Test));
                    parameters[f, d] = network.Parameters.FreeCount;
                }));
            }
        }

        context.RunAll(jobs);
        foreach ((int d, int depth) in Depths.Index())
        {
            foreach ((int f, Form form) in Form.All.Index())
            {
                metrics[$"accuracy.{form.Key}.d{depth}"] = accuracy[f, d];
                metrics[$"parameters.{form.Key}.d{depth}"] = parameters[f, d];
            }
        }

        var table = new ReportTable("Accuracy on held-back digits (free parameters)", ["depth", .. Form.All.Select(form => form.Title)],
            [.. Depths.Select((depth, d) => (string[])[depth.ToString(CultureInfo.InvariantCulture), .. Form.All.Select((_, f) => $"{Numbers.Fraction(accuracy[f, d])} ({Numbers.Count(parameters[f, d])})")])]);
        Line[] lines = [.. Form.All.Select((form, f) => new Line(form.Title, [.. Depths.Select(depth => (double)depth)], [.. Depths.Select((_, d) => accuracy[f, d])]))];
        double[] counts = [parameters[0, Depths.Length - 1], parameters[1, Depths.Length - 1]];
        return new ExperimentResult(metrics, [table],
        [
            new Paragraph($"A network reads a digit into {Width} features, changes them in n residual steps h ← h + tanh(W·norm(h) + b)/√n, and reads the class from them. The n layers are one, or each its own, "
                + "or each its own and so narrow that all together have the weights of the one."),
            new Finding(string.Create(CultureInfo.InvariantCulture,
                $"At 200 layers the shared network reaches {accuracy[0, Depths.Length - 1]:0.000} with {counts[0]:#,0} parameters, layers of their own ")
                + string.Create(CultureInfo.InvariantCulture, $"{accuracy[1, Depths.Length - 1]:0.000} with {counts[1]:#,0}, and narrow ones of equal weights {accuracy[2, Depths.Length - 1]:0.000}.")),
            new TableBlock(table),
            new Figure("accuracy", "Accuracy against depth.", theme => Charts.Lines(theme, "depth", "accuracy on held-back digits", lines, logX: true)),
        ], [DigitImages.Credit]);
    }

    /// <summary>A network of one form.</summary>
    public static Sequential<float> Network(Form form, int depth)
    {
        int width = form == Form.Narrow ? NarrowWidth(depth) : Width;
        Layer<float> Block() => new Sequential<float>(new LayerNorm<float>(width), new Dense<float>(width, width), new Tanh<float>());
        double step = 1 / Math.Sqrt(depth);
        Layer<float> middle = form == Form.Shared
            ? new Repeated<float>(Block(), depth, residual: true, step)
            : new LayerStack<float>(depth, Block, residual: true, step: step);
        return new Sequential<float>(new Flatten<float>(), new Dense<float>(Pixels, width), middle, new LayerNorm<float>(width), new Dense<float>(width, DigitImages.Classes));
    }

    // The largest width whose layers together have no more weights than the shared one; from 4 on, below which nothing is left to see.
    private static int NarrowWidth(int depth)
    {
        static long Weights(int width) => (long)width * width + 3L * width;
        int width = Width;
        while (width > 4 && depth * Weights(width) > Weights(Width)) width--;
        return width;
    }
}

/// <summary>What the layers of a depth share.</summary>
/// <param name="Key">In names of metrics.</param>
/// <param name="Title">In tables.</param>
internal sealed record Form(string Key, string Title)
{
    /// <summary>One layer.</summary>
    public static Form Shared { get; } = new("shared", "one shared layer");

    /// <summary>Each its own, as wide.</summary>
    public static Form Unshared { get; } = new("unshared", "own layers");

    /// <summary>Each its own, all together with the weights of one.</summary>
    public static Form Narrow { get; } = new("narrow", "own layers, equal weights");

    /// <summary>All.</summary>
    public static IReadOnlyList<Form> All { get; } = [Shared, Unshared, Narrow];
}
