using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Samples;

/// <summary>What a hidden unit is connected to, and whether the places share: all in which the networks differ.</summary>
internal sealed class PatchConnectivity
{
    private readonly Func<int, Layer<float>> hidden;
    private readonly Func<double, double> bound;

    private PatchConnectivity(string key, string title, double slope, Func<double, double> bound, Func<int, Layer<float>> hidden)
    {
        (Key, Title, TheorySlope) = (key, title, slope);
        (this.bound, this.hidden) = (bound, hidden);
    }

    /// <summary>Each unit sees one patch, through the same filter at every place.</summary>
    public static PatchConnectivity Convolution { get; } = new("conv", "convolution", 0, k => k + PatchTask.PatchSize, _ =>
        new Conv1d<float>(1, PatchNetwork.Maps, PatchTask.PatchSize, stride: PatchTask.PatchSize));

    /// <summary>Each unit sees one patch, through a filter of its own.</summary>
    public static PatchConnectivity Local { get; } = new("local", "locally connected", 1, k => k * (k + PatchTask.PatchSize), patches =>
        new LocallyConnected1d<float>(1, PatchNetwork.Maps, patches * PatchTask.PatchSize, PatchTask.PatchSize, stride: PatchTask.PatchSize));

    /// <summary>Each unit sees all patches.</summary>
    public static PatchConnectivity Dense { get; } = new("dense", "dense", 2, k => k * k, patches => new DenseUnits(patches));

    /// <summary>All three, the most shared first.</summary>
    public static IReadOnlyList<PatchConnectivity> All { get; } = [Convolution, Local, Dense];

    /// <summary>The last part of metric names.</summary>
    public string Key { get; }

    /// <summary>The name in tables and legends.</summary>
    public string Title { get; }

    /// <summary>The power of k in the bound where d is much larger than k.</summary>
    public double TheorySlope { get; }

    /// <summary>How the number of examples grows with k by theory, up to a factor: k², k(k + d), k + d.</summary>
    public double Bound(double patches) => bound(patches);

    /// <summary>A layer from [N, 1, k·d] to [N, maps, k].</summary>
    public Layer<float> Hidden(int patches) => hidden(patches);

    private sealed class DenseUnits : Layer<float>
    {
        private readonly Dense<float> dense;
        private readonly int patches;

        public DenseUnits(int patches)
        {
            this.patches = patches;
            dense = Register("dense", new Dense<float>(patches * PatchTask.PatchSize, PatchNetwork.Maps * patches));
        }

        public override Tensor<float> Forward(Tensor<float> input) =>
            dense.Forward(input.Flatten(1)).Reshape([input.Shape[0], PatchNetwork.Maps, patches]);
    }
}

/// <summary>
/// The one shape of all networks: <see cref="Maps"/> hidden units a place, cubed, summed over the places, and a linear readout. Cubes let the one
/// patch that answers strongly outvote many that answer weakly, which no linear filter can.
/// </summary>
internal sealed class PatchNetwork : Layer<float>
{
    /// <summary>Hidden units a place.</summary>
    public const int Maps = 4;

    private readonly Layer<float> hidden;
    private readonly Dense<float> readout;

    /// <summary>A network for so many patches, initialised.</summary>
    public PatchNetwork(PatchConnectivity connectivity, int patches, RandomKey key)
    {
        hidden = Register("hidden", connectivity.Hidden(patches));
        readout = Register("readout", new Dense<float>(Maps, 1));
        Initialize((long)key.Value);
    }

    /// <summary>[N, 1, k·d] → logits [N, 1].</summary>
    public override Tensor<float> Forward(Tensor<float> input)
    {
        Tensor<float> answers = hidden.Forward(input);
        return readout.Forward((answers * answers * answers).Sum(2));
    }
}
