using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Digits;

/// <summary>What a unit of a hidden map is connected to, and whether the places of the map share their weights: all in which the networks differ.</summary>
internal sealed class Connectivity
{
    private readonly Func<int, int, int, Layer<float>> hidden;

    private Connectivity(string key, string title, string kind, double cost, Func<int, int, int, Layer<float>> hidden)
    {
        (Key, Title, Kind, RelativeCost) = (key, title, kind, cost);
        this.hidden = hidden;
    }

    /// <summary>3×3 windows, one filter for all places.</summary>
    public static Connectivity Convolution { get; } = new("conv", "convolution", "Conv2d 3×3: local, shared", 2,
        (inputs, maps, _) => new Conv2d<float>(inputs, maps, kernelSize: 3, padding: 1));

    /// <summary>3×3 windows, every place with a filter of its own.</summary>
    public static Connectivity Local { get; } = new("local", "locally connected", "LocallyConnected2d 3×3: local, not shared", 3,
        (inputs, maps, size) => new LocallyConnected2d<float>(inputs, maps, inputSize: size, kernelSize: 3, padding: 1));

    /// <summary>Every place sees the whole image through weights of its own.</summary>
    public static Connectivity Dense { get; } = new("dense", "dense", "Dense: neither local nor shared", 20,
        (inputs, maps, size) => new DenseMaps(inputs, maps, size));

    /// <summary>All three, the most shared first.</summary>
    public static IReadOnlyList<Connectivity> All { get; } = [Convolution, Local, Dense];

    /// <summary>The last part of metric names.</summary>
    public string Key { get; }

    /// <summary>The name in tables and legends.</summary>
    public string Title { get; }

    /// <summary>The layer, and what it does.</summary>
    public string Kind { get; }

    /// <summary>How long a step takes, roughly, relative to the others.</summary>
    public double RelativeCost { get; }

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="maps"/> maps of the same size.</summary>
    public Layer<float> Hidden(int inputs, int maps, int size) => hidden(inputs, maps, size);
}

/// <summary>A dense layer between maps: [N, Cin, H, W] → [N, Cout, H, W], every unit connected to the whole input.</summary>
internal sealed class DenseMaps : Layer<float>
{
    private readonly Dense<float> dense;
    private readonly int maps;
    private readonly int size;

    /// <summary>A layer for square maps of one size.</summary>
    public DenseMaps(int inputs, int maps, int size)
    {
        (this.maps, this.size) = (maps, size);
        dense = Register("dense", new Dense<float>(inputs * size * size, maps * size * size));
    }

    /// <inheritdoc/>
    public override Tensor<float> Forward(Tensor<float> input) => dense.Forward(input.Flatten(1)).Reshape([input.Shape[0], maps, size, size]);
}
