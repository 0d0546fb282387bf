using WeightSharing.Autograd;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.LeCun1989;

/// <summary>
/// The zip-code network of 1989, trained as it was then: mean squared error to targets of ±1, one example a step, 23 passes; its counts of parameters and
/// connections are those of the paper.
/// </summary>
internal sealed class LeCun1989Experiment : Experiment
{
    private const double LearningRate = 0.03;

    /// <inheritdoc/>
    public override string Name => "lecun1989";

    /// <inheritdoc/>
    public override string Summary => "The zip-code network of 1989, the first deep net with shared filters, counted and trained as it was then.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Fraction of test digits taken for another, after the last pass", ["error"]),
        new("The same fraction of the training digits", ["error.training"]),
        new("Test digits taken for another", ["misses"]),
        new("Free parameters, and what they would be without sharing", ["parameters", "connections"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        RandomKey key = RandomKey.Of(context.Seed);
        ZipCodeImages images = ZipCodeImages.Load(context.Data, key.Fork("images"));
        int passes = context.Quick ? 3 : 23;
        Sequential<float> network = ZipCodeNetwork.Create((long)key.Fork("weights").Value);
        SharingReport sharing = SharingReport.Of(network, () => network.Forward(images.Test.Images[..1]));
        if (sharing.FreeCount != ZipCodeNetwork.PublishedParameters || sharing.UnsharedCount != ZipCodeNetwork.PublishedConnections)
        {
            throw new ExperimentException($"lecun1989: {sharing.FreeCount} parameters and {sharing.UnsharedCount} connections; the paper's net has {ZipCodeNetwork.PublishedParameters} and {ZipCodeNetwork.PublishedConnections}.");
        }

        var training = new double[passes + 1];
        var test = new double[passes + 1];
        context.RunAll([new Job("passes", 1, () =>
        {
            (training[0], test[0]) = (Error(network, images.Training), Error(network, images.Test));
            var optimizer = new Sgd<float>(network.Parameters, LearningRate);
            for (int pass = 1; pass <= passes; pass++)
            {
                Pass(network, optimizer, images.Training, context.Cancellation);
                (training[pass], test[pass]) = (Error(network, images.Training), Error(network, images.Test));
            }
        })]);

        var metrics = new MetricSet(this)
        {
            ["error"] = test[^1],
            ["error.training"] = training[^1],
            ["misses"] = Math.Round(test[^1] * images.Test.Count),
            ["parameters"] = sharing.FreeCount,
            ["connections"] = sharing.UnsharedCount,
        };
        double[] axis = [.. Enumerable.Range(0, passes + 1).Select(pass => (double)pass)];
        var table = new ReportTable("After the last pass", ["", "images", "misses", "error"],
        [
            ["training", Numbers.Count(images.Training.Count), Numbers.Count(Math.Round(training[^1] * images.Training.Count)), Numbers.Fraction(training[^1])],
            ["test", Numbers.Count(images.Test.Count), Numbers.Count(metrics["misses"]), Numbers.Fraction(test[^1])],
        ]);
        ReportBlock[] page =
        [
            new Finding($"{Numbers.Count(sharing.FreeCount)} free parameters do the work of {Numbers.Count(sharing.UnsharedCount)} connections, as published. Test error after {passes} passes: {100 * test[^1]:0.0} %."),
            new TableBlock(table),
            new Figure("errors", "Error on training and test digits after every pass.", theme => Charts.Lines(
                theme, "passes", "error", [new Line("training", axis[1..], training[1..]), new Line("test", axis[1..], test[1..])])),
            new Heading("What is shared"),
            new Verbatim(sharing.ToString()),
            new Paragraph("A filter is shared over all its places, its bias is not; every map of the second layer sees 8 of the 12 maps below. What lies outside an image is white (−1). "
                + (images.IsMnist
                    ? "The digits of 1989 were US zip codes; these are as many of MNIST's, resized to 16×16. A re-implementation in PyTorch that is tuned to the paper's settings misses 4.09 % of them; the paper's own figure on its digits is 5.0 %."
                    : $"These are {images.Training.Count} of the embedded digits of 8×8 pixels, enlarged; with --data and MNIST in it there are {ZipCodeImages.TrainingCount}, as in 1989.")),
        ];
        return new ExperimentResult(metrics, [table], page, [images.Credit]);
    }

    private static void Pass(Sequential<float> network, Sgd<float> optimizer, Examples examples, CancellationToken cancellation)
    {
        using UsageLedgerScope silent = UsageLedger.Off();
        Tensor<float> targets = Targets(examples);
        for (int i = 0; i < examples.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            Loss.MeanSquaredError(network.Forward(examples.Images[i..(i + 1)]), targets[i..(i + 1)]).Backward();
            optimizer.Step();
        }
    }

    // +1 for the digit, −1 for the nine others.
    private static Tensor<float> Targets(Examples examples) => Tensor.OneHot<float>(examples.Labels, DigitImages.Classes) * 2f - 1f;

    private static double Error(Sequential<float> network, Examples examples)
    {
        using NoGrad inference = NoGrad.Begin();
        return 1 - Teaching.Accuracy(network.Forward(examples.Images).ToArray(), examples);
    }
}
