using WeightSharing.Layers;

namespace WeightSharing.Experiments.Digits;

/// <summary>
/// The one shape of all networks: hidden maps, 2×2 pooling, hidden maps, the maximum of every map, and a linear readout. The global maximum forgets
/// where something was found, so what a network must learn anew at every place shows.
/// </summary>
internal static class DigitNetwork
{
    /// <summary>Maps of the first hidden layer.</summary>
    public const int FirstMaps = 8;

    /// <summary>Maps of the second hidden layer.</summary>
    public const int SecondMaps = 32;

    /// <summary>A network, initialised.</summary>
    /// <param name="connectivity">What its hidden layers are.</param>
    /// <param name="canvas">Height and width of the images; even.</param>
    /// <param name="seed">Of its first weights.</param>
    public static Sequential<float> Create(Connectivity connectivity, int canvas, long seed)
    {
        var network = new Sequential<float>(
            connectivity.Hidden(1, FirstMaps, canvas), new Relu<float>(), new MaxPool2d<float>(2),
            connectivity.Hidden(FirstMaps, SecondMaps, canvas / 2), new Relu<float>(), new GlobalMaxPool<float>(),
            new Dense<float>(SecondMaps, Data.DigitImages.Classes));
        network.Initialize(seed);
        return network;
    }
}
