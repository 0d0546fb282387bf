using WeightSharing.Analysis;
using WeightSharing.Experiments.Adding;
using WeightSharing.Experiments.Citations;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Depths;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Rotated;
using WeightSharing.Experiments.Running;
using WeightSharing.Experiments.Segmentation;
using WeightSharing.Experiments.Verification;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Usages;

/// <summary>
/// One network of every axis of sharing, from the experiment that is about it: trained as there, and looked at in double precision on the way.
/// </summary>
/// <param name="context">Seed, data, and whether to be quick.</param>
internal sealed class WatchedTrainings(ExperimentContext context)
{
    private const int Probes = 100, Depth = 20;
    private readonly RandomKey key = RandomKey.Of(context.Seed).Fork("usages");
    private readonly DigitImages digits = DigitImages.Load(context.Data);
    private readonly List<(double Progress, IReadOnlyList<PositionInsight<double>> Layers)> maps = [];

    /// <summary>Positions of an image: the convolution of the digits experiment.</summary>
    public UsageWatch Positions { get; } = new("positions", "digits: convolution", "0.weight", "position");

    /// <summary>Steps of time: the GRU of the adding problem.</summary>
    public UsageWatch Steps { get; } = new("steps", "adding: GRU", "weight_hh_l0", "step");

    /// <summary>Hops of a graph: the shared multi-hop layer.</summary>
    public UsageWatch Hops { get; } = new("hops", "cora: multi-hop, shared", "lin.weight", "hop");

    /// <summary>Streams: the Siamese network.</summary>
    public UsageWatch Streams { get; } = new("streams", "verification: shared encoder", "encoder.0.weight", "stream", usage => usage.Scope);

    /// <summary>Depths: the repeated layer.</summary>
    public UsageWatch Depths { get; } = new("depths", $"depth: one layer {Depth} times", "2.body.1.weight", "depth");

    /// <summary>Elements of a group: the p4m network.</summary>
    public UsageWatch Elements { get; } = new("elements", "rotated: p4m", "0.weight", "element");

    /// <summary>Encoder and decoder: the tied U-Net.</summary>
    public UsageWatch Halves { get; } = new("halves", "unet: tied", "encoder.0.1.conv.weight", "half", usage => usage.Weight.Name.StartsWith("encoder", StringComparison.Ordinal) ? "encoder" : "decoder");

    /// <summary>All of them.</summary>
    public IReadOnlyList<UsageWatch> All => [Positions, Steps, Hops, Streams, Depths, Elements, Halves];

    /// <summary>What drives the convolutions by position, at every point of the training.</summary>
    public IReadOnlyList<(double Progress, IReadOnlyList<PositionInsight<double>> Layers)> Maps => maps;

    /// <summary>The digits whose gradients are looked at by position, laid over each other, and the first of them.</summary>
    public (double[,] Mean, double[,] First) Images { get; private set; }

    /// <summary>A job a network.</summary>
    public IReadOnlyList<Job> Jobs() =>
    [
        new("networks", 5, WatchPositions), new("networks", 100, WatchSteps), new("networks", 2, WatchHops), new("networks", 5, WatchStreams), new("networks", 8, WatchDepths),
        new("networks", 40, WatchElements), new("networks", 60, WatchHalves),
    ];

    private void WatchPositions()
    {
        var trial = new DigitTrial(digits, context.Seed, 0);
        Layout layout = Layout.Scattered;
        Sequential<float> network = trial.Network(Connectivity.Convolution, layout);
        Recipe recipe = DigitRecipes.For(Connectivity.Convolution, layout) with { Steps = context.Quick ? 16 : 240 };
        (Tensor<double> images, Tensor<int> labels) = First(trial.Lay(layout, trial.Split.Training(Probes / DigitImages.Classes)));
        Images = (Plane(images.Mean(0)), Plane(images.Select(0, 0)));
        Look(0);
        trial.Train(network, layout, DigitSplit.TrainingPerClass, recipe, context.Cancellation, Look);

        void Look(int done)
        {
            if (!UsageWatch.IsDue(done, recipe.Steps)) return;
            double progress = (double)done / recipe.Steps;
            maps.Add((progress, Positions.ObservePositions(progress, network.To<double>(), images, y => Loss.CrossEntropy(y, labels))));
        }
    }

    private void WatchSteps()
    {
        const int Length = 100;
        int batches = context.Quick ? 8 : 3000;
        AddingNetwork network = AddingNetwork.Gru(key.Fork("gru"));
        AddingProblem probe = AddingProblem.Draw(Length, AddingNetwork.Batch, key.Fork("adding"));
        (Tensor<double> inputs, Tensor<double> targets) = (probe.Inputs.To<double>(), probe.Targets.To<double>());
        Look(0);
        network.Train(Length, batches, key.Fork("sequences"), context.Cancellation, Look);

        void Look(int done)
        {
            if (!UsageWatch.IsDue(done, batches)) return;
            var gru = (Gru<double>)network.Recurrent.To<double>();
            Layer<double> readout = network.Readout.To<double>();
            Steps.Observe((double)done / batches, new Twin(gru, () => Loss.MeanSquaredError(readout.Forward(gru.Forward(inputs).Output.Select(0, -1)), targets)));
        }
    }

    private void WatchHops()
    {
        NodeData data = NodeData.Load(context.Data);
        NodeRecipe recipe = NodeRecipe.MultiHop;
        int epochs = context.Quick ? 16 : recipe.Epochs;
        Tensor<double> features = data.Features.ToDense().To<double>();
        (Tensor<int> nodes, Tensor<int> labels) = (Tensor.From(data.Train), Tensor.From(Array.ConvertAll(data.Train, node => data.Labels[node])));
        NodeTrial.Run(recipe, data, context.Seed, epochs, context.Cancellation, (model, done) =>
        {
            if (!UsageWatch.IsDue(done, epochs)) return;
            // Without dropout, which would be drawn anew at every look.
            var hidden = (HiddenModel)model;
            var input = (Dense<double>)hidden.Input.To<double>();
            var layer = (MultiHopConvolution<double>)hidden.Output.To<double>();
            Hops.Observe((double)done / epochs, new Twin(layer, () => Loss.CrossEntropy(layer.Forward(input.Forward(features).Relu(), data.Graph).IndexSelect(0, nodes), labels)));
        });
    }

    private void WatchStreams()
    {
        var trial = new VerificationTrial(digits, context.Seed, 0);
        int steps = context.Quick ? 16 : VerificationTrial.Steps;
        (Tensor<float> left, Tensor<float> right, Tensor<bool> same) = trial.TrainingPairsOf(Probes);
        (Tensor<double> x, Tensor<double> y) = (left.To<double>(), right.To<double>());
        Tensor<double> labels = Tensor.From(Array.ConvertAll(same.ToArray(), value => value ? 1.0 : 0));
        trial.Run(Verification.Streams.Shared, steps, context.Cancellation, (network, done) =>
        {
            if (!UsageWatch.IsDue(done, steps)) return;
            var twin = (SiameseNetwork<double>)network.To<double>();
            Streams.Observe((double)done / steps, new Twin(twin, () => Loss.Contrastive(twin.Forward(x, y), labels, VerificationTrial.Margin)));
        });
    }

    private void WatchDepths()
    {
        var trial = new DigitTrial(digits, context.Seed, 0);
        Sequential<float> network = DepthExperiment.Network(Form.Shared, Depth);
        network.Initialize((long)key.Fork("depth").Value);
        var recipe = new Recipe(2e-3, context.Quick ? 16 : 400);
        (Tensor<double> images, Tensor<int> labels) = First(trial.Lay(Layout.Centred, trial.Split.Training(Probes / DigitImages.Classes)));
        Look(0);
        trial.Train(network, Layout.Centred, DigitSplit.TrainingPerClass, recipe, context.Cancellation, Look);

        void Look(int done)
        {
            if (UsageWatch.IsDue(done, recipe.Steps)) Depths.Observe((double)done / recipe.Steps, Classifier(network, images, labels));
        }
    }

    private void WatchElements()
    {
        RotatedDigits turned = RotatedDigits.Load(new DataSource(null), key.Fork("rotated"), context.Quick);
        FilterSharing mirrored = FilterSharing.All.Single(sharing => sharing.Key == "p4m");
        var recipe = new RotatedRecipe(context.Quick ? 4 : 40, 50, 0.005);
        int steps = recipe.Passes * (turned.Training.Count / recipe.BatchSize);
        (Tensor<double> images, Tensor<int> labels) = First(turned.Training);
        RotatedTrial.Run(mirrored, turned, recipe, key.Fork("rotated"), context.Cancellation, (network, done) =>
        {
            if (UsageWatch.IsDue(done, steps)) Elements.Observe((double)done / steps, Classifier(network, images, labels));
        });
    }

    private void WatchHalves()
    {
        Sections sections = Sections.Load(new DataSource(null), key.Fork("sections"), context.Quick);
        SegmentationRecipe recipe = context.Quick ? new(8, 32, 4, 1e-2) : new(700, 96, 4, 4e-3);
        UNet<float> network = UNetExperiment.Network(UNetTying.Adjoint, context.Quick, (long)key.Fork("unet").Value);
        (Tensor<float> pieces, Tensor<int> labels) = SegmentationTraining.Pieces(sections, recipe, key.Fork("probe"));
        Tensor<double> images = pieces.To<double>();
        Look(0);
        SegmentationTraining.Train(network, sections, recipe, key.Fork("pieces"), context.Cancellation, Look);

        void Look(int done)
        {
            if (!UsageWatch.IsDue(done, recipe.Steps)) return;
            Layer<double> twin = network.To<double>();
            Halves.Observe((double)done / recipe.Steps, new Twin(twin, () =>
            {
                Tensor<double> logits = twin.Forward(images);
                return Loss.CrossEntropy(logits, labels) + Loss.Dice(logits.Softmax(1), labels);
            }));
        }
    }

    private static Twin Classifier(Sequential<float> network, Tensor<double> images, Tensor<int> labels)
    {
        Sequential<double> twin = network.To<double>();
        return new Twin(twin, () => Loss.CrossEntropy(twin.Forward(images), labels));
    }

    private static (Tensor<double> Images, Tensor<int> Labels) First(Examples examples)
    {
        int count = Math.Min(Probes, examples.Count);
        return (examples.Images[..count].To<double>(), examples.Labels[..count].Copy());
    }

    private static double[,] Plane(Tensor<double> image)
    {
        var values = new double[image.Shape[1], image.Shape[2]];
        for (int i = 0; i < values.GetLength(0); i++)
        {
            for (int j = 0; j < values.GetLength(1); j++) values[i, j] = image[0, i, j];
        }

        return values;
    }
}
