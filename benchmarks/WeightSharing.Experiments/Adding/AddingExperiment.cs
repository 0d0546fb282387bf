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
        (double[] Norms, double[] Cosines)[] after = [.. networks.Take(2).Select(net => net.GradientByStep(probe))];
        var table = new ReportTable("Adding problem, 100 steps", ["net", "parameters", "mean squared error"], [.. Nets.Select((net, i) => (string[])
            [net.Title, Numbers.Count(networks[i].Parameters.FreeCount), metrics[$"mse.{net.Key}"].ToString("0.00000", CultureInfo.InvariantCulture)])]);
        double[] axis = [.. Enumerable.Range(0, curves[0].Length).Select(point => (double)point * every)], time = [.. Enumerable.Range(0, Steps).Select(t => (double)t)];
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
            new Paragraph("The gradient of the recurrent weight is a sum over the steps at which it is used; the ledger keeps the parts. Before training, the parts of a simple "
                + "net with tanh vanish some steps before the end, where the error is: nothing can be learned about the beginning. With three times the weights they "
                + "grow instead. The gates of LSTM and GRU let them through."),
            new Figure("gradient-norms", "Norm of the part of each step in the recurrent weight's gradient, before training.", theme => Charts.Lines(
                theme, "step", "norm of the part of the gradient",
                [
                    new Line("RNN, usual weights", time, Floored(before[0].Norms), Marked: false), new Line("RNN, weights × 3", time, Floored(before[1].Norms), Marked: false),
                    new Line("LSTM", time, Floored(before[2].Norms), Marked: false), new Line("GRU", time, Floored(before[3].Norms), Marked: false),
                ], logY: true)),
            new Figure("gradient-norms-trained", "The same after training, for the nets that have solved the problem.", theme => Charts.Lines(
                theme, "step", "norm of the part of the gradient",
                [new Line("LSTM", time, Floored(after[0].Norms), Marked: false), new Line("GRU", time, Floored(after[1].Norms), Marked: false)], logY: true)),
            new Figure("gradient-cosines", "Cosine of the part of each step to the whole gradient, before training: 1 where a step asks for what all ask for together.", theme => Charts.Lines(
                theme, "step", "cosine to the sum",
                [
                    new Line("RNN, usual weights", time, before[0].Cosines, Marked: false), new Line("RNN, weights × 3", time, before[1].Cosines, Marked: false),
                    new Line("LSTM", time, before[2].Cosines, Marked: false), new Line("GRU", time, before[3].Cosines, Marked: false),
                ])),
            new Heading("How it was measured"),
            new Paragraph(string.Create(CultureInfo.InvariantCulture,
                $"{AddingNetwork.Hidden} units and a linear readout of the last state; {batches} batches of {AddingNetwork.Batch} new sequences, the same for all nets; Adam, learning rate from 0.005 to 0 ")
                + "along a cosine, gradients clipped to norm 1. The LSTM's forget gates begin with a bias of 1."),
        ];
        return new ExperimentResult(metrics, [table], page, ["The sequences are drawn by the program."]);
    }

    // A logarithmic axis has no zero; what lies below single precision's reach is drawn at its end.
    private static double[] Floored(double[] norms) => [.. norms.Select(norm => Math.Max(norm, 1e-20))];
}
