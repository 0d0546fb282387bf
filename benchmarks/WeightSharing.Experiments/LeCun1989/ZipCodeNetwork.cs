using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.LeCun1989;

/// <summary>
/// The network of LeCun et al. 1989, "Backpropagation applied to handwritten zip code recognition": 16×16 pixels, two layers of shared 5×5 filters at
/// stride 2 with a bias of their own at every place, the second seeing 8 of 12 maps each, 30 units, 10 outputs, tanh throughout.
/// </summary>
internal static class ZipCodeNetwork
{
    /// <summary>Height and width of the images.</summary>
    public const int Size = 16;

    /// <summary>What the images are framed with: white.</summary>
    public const double Blank = -1;

    /// <summary>Free parameters as published: 1068 + 2592 + 5790 + 310.</summary>
    public const int PublishedParameters = 9760;

    /// <summary>Connections as published.</summary>
    public const int PublishedConnections = 64660;

    private const int Maps = 12, MapsSeen = 8, Hidden = 30;

    /// <summary>The network before training: weights uniform in ±2.4 / √fan-in, biases 0, those of the outputs −1 as nine in ten targets are.</summary>
    public static Sequential<float> Create(long seed)
    {
        Initializer second = Initializer.Uniform(2.4 / Math.Sqrt(25 * MapsSeen)), any = Initializer.ScaledFanInUniform(2.4);
        var network = new Sequential<float>(
            new Conv2d<float>(
                1, Maps, 5, stride: 2, padding: 2, bias: ConvolutionBias.PerPosition(8), paddingValue: Blank, initializer: any),
            new Tanh<float>(),
            new Conv2d<float>(
                Maps, Maps, 5, stride: 2, padding: 2, bias: ConvolutionBias.PerPosition(4), paddingValue: Blank, connections: Connections(), initializer: second),
            new Tanh<float>(), new Flatten<float>(),
            new Dense<float>(Maps * 16, Hidden, initializer: any), new Tanh<float>(),
            new Dense<float>(Hidden, 10, initializer: any), new Tanh<float>());
        network.Initialize(seed);
        foreach ((string name, Weight<float> weight) in network.Parameters.Named)
        {
            if (name.EndsWith("bias", StringComparison.Ordinal)) weight.Parameter.Set(Tensor.Full(weight.Parameter.Shape, name == "7.bias" ? -1f : 0f));
        }

        return network;
    }

    // Maps 0 to 3 see the first eight, 4 to 7 the last eight, 8 to 11 the first and the last four.
    private static bool[,] Connections()
    {
        var table = new bool[Maps, Maps];
        for (int to = 0; to < Maps; to++)
        {
            for (int from = 0; from < Maps; from++) table[to, from] = (to / 4) switch { 0 => from < 8, 1 => from >= 4, _ => from is < 4 or >= 8 };
        }

        return table;
    }
}
