using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Adding;

/// <summary>
/// Sharing across time on the adding problem: an LSTM and a GRU, whose weights are the same at all steps, against a net with weights of its own
/// at each step; and how gradients by step show what a net can learn.
/// </summary>
internal sealed class AddingExperiment : Experiment
{
    private const int Steps = 100;

    // A logarithmic axis has no zero; what lies below is drawn at its end. Step 0 is left out: its state is zero, and so is its part.
    private const double LeastNorm = 1e-20;

    private static readonly (string Key, string Title)[] Nets = [("lstm", "LSTM"), ("gru", "GRU"), ("unshared", "unshared RNN")];

    /// <inheritdoc/>
    public override string Name => "adding";

    /// <inheritdoc/>
    public override string Summary => "What sharing weights over time buys: adding two numbers that stand far apart in a sequence of 100.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Mean squared error on new sequences (the best constant answer has 0.1667)", [.. Nets.Select(net => $"mse.{net.Key}")]),
        new("Free parameters", [.. Nets.Select(net => $"parameters.{net.Key}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        RandomKey key = RandomKey.Of(context.Seed);
        int batches = context.Quick ? 60 : 3000, every = batches / 60;
        AddingProblem test = AddingProblem.Draw(Steps, context.Quick ? 200 : 2000, key.Fork("test")), probe = AddingProblem.Draw(Steps, 50, key.Fork("probe"));
        RandomKey weights = key.Fork("weights");
        AddingNetwork[] networks = [AddingNetwork.Lstm(weights), AddingNetwork.Gru(weights), AddingNetwork.Unshared(Steps, weights)];
        AddingNetwork simple = AddingNetwork.Rnn(weights), exploding = AddingNetwork.Rnn(weights);
        // Three times the usual weights: what a step passes on is more than it was given.
        exploding.Recurrent.RecurrentWeights[0].Parameter.Set(exploding.Recurrent.RecurrentWeights[0].Value * 3f);
        (double[] Norms, double[] Cosines)[] before = [.. new[] { simple, exploding, networks[0], networks[1] }.Select(net => net.GradientByStep(probe))];
        double[][] curves = [.. Nets.Select(_ => new double[batches / every + 1])];
        context.RunAll([.. networks.Select((network, i) => new Job(Nets[i].Title, i == 2 ? 3 : 2, () =>
        {
            curves[i][0] = network.Error(test);
            network.Train(Steps, batches, key.Fork("training"), context.Cancellation, done =>
            {
                if (done % every == 0) curves[i][done / every] = network.Error(test);
            });
        }))]);

        var metrics = new MetricSet(this);
        for (int i = 0; i < Nets.Length; i++) metrics[$"mse.{Nets[i].Key}"] = networks[i].Error(test);
        for (int i = 0; i < Nets.Length; i++) metrics[$"parameters.{Nets[i].Key}"] = networks[i].Parameters.FreeCount;
        string[] names = ["RNN", "RNN, weights × 3", "LSTM", "GRU", "LSTM, trained", "GRU, trained"];
        (double[] Norms, double[] Cosines)[] parts = [.. before, .. networks.Take(2).Select(net => net.GradientByStep(probe))];
        var table = new ReportTable("Adding problem, 100 steps", ["net", "parameters", "mean squared error"], [.. Nets.Select((net, i) => (string[])
            [net.Title, Numbers.Count(networks[i].Parameters.FreeCount), metrics[$"mse.{net.Key}"].ToString("0.00000", CultureInfo.InvariantCulture)])]);
        double[] axis = [.. Enumerable.Range(0, curves[0].Length).Select(point => (double)point * every)], time = [.. Enumerable.Range(1, Steps - 1).Select(t => (double)t)];
        ReportBlock[] page =
        [
            new Paragraph("Every step of a sequence shows a number in 0 … 1 and a mark. Two numbers are marked, one in each half; wanted is their sum, after the last step. "
                + "Answering 1 always has a mean squared error of 1/6. A net solves the problem when it stays below 0.01."),
            new Finding(string.Create(CultureInfo.InvariantCulture,
                $"With weights shared over time the error is {metrics["mse.lstm"]:0.0000} (LSTM) and {metrics["mse.gru"]:0.0000} (GRU); with weights of its own at each step it is ")
                + string.Create(CultureInfo.InvariantCulture, $"{metrics["mse.unshared"]:0.0000}, with {metrics["parameters.unshared"] / metrics["parameters.gru"]:0} times the weights of the GRU.")),
            new TableBlock(table),
            new Figure("learning", "Mean squared error on the same 2000 sequences, which no net is trained on; dashed: the best constant answer.", theme => Charts.Lines(
                theme, "batches of 50 sequences", "mean squared error",
                [
                    .. Nets.Select((net, i) => new Line(net.Title, axis, curves[i], Marked: false)),
                    new Line("constant answer", [axis[0], axis[^1]], [AddingProblem.ConstantError, AddingProblem.ConstantError], Dashed: true, Marked: false),
                ], logY: true)),
            new Heading("Gradients by step"),
            new Paragraph("The gradient of the recurrent weight is a sum over the steps at which it is used; the ledger keeps the parts. The error is at the last step. Before "
                + "training, the parts of a simple net with tanh, and of a GRU, fall by a constant factor a step on the way back; an LSTM whose forget gates begin open loses much "
                + "less; with three times the weights the parts of the simple net grow instead. When LSTM and GRU have solved the problem, every step has its say."),
            new Figure("gradient-norms", "Norm of the part of each step in the recurrent weight's gradient, before training and, for LSTM and GRU, after.", theme => Charts.Lines(
                theme, "step", "norm of the part of the gradient",
                [.. names.Zip(parts, (name, part) => new Line(name, time, [.. part.Norms.Skip(1).Select(norm => Math.Max(norm, LeastNorm))], Marked: false))], logY: true)),
            new Figure("gradient-cosines", "Cosine of the part of each step to the whole gradient: 1 where a step asks for what all ask for together.", theme => Charts.Lines(
                theme, "step", "cosine to the sum", [.. names.Zip(parts, (name, part) => new Line(name, time, [.. part.Cosines.Skip(1)], Marked: false)).Where((_, i) => i is 0 or 2 or 3 or 5)])),
            new Heading("How it was measured"),
            new Paragraph(string.Create(CultureInfo.InvariantCulture,
                $"{AddingNetwork.Hidden} units and a linear readout of the last state; {batches} batches of {AddingNetwork.Batch} new sequences, the same for all nets; Adam, learning rate from 0.005 to 0 ")
                + "along a cosine, gradients clipped to norm 1. The LSTM's forget gates begin with a bias of 1."),
        ];
        return new ExperimentResult(metrics, [table], page, ["The sequences are drawn by the program."]);
    }
}
