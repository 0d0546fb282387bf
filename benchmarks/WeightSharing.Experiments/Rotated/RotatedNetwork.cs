using WeightSharing.Layers;
using WeightSharing.Symmetry;

namespace WeightSharing.Experiments.Rotated;

/// <summary>Over which group a network shares its filters, and how it is trained: all in which the networks differ.</summary>
/// <param name="Key">The last part of metric names.</param>
/// <param name="Title">The name in tables and legends.</param>
/// <param name="Group">The group; null is translations alone.</param>
/// <param name="Channels">Channels of every layer for MNIST: so many that the networks are of about the same size.</param>
/// <param name="FewChannels">The same for the small embedded digits.</param>
/// <param name="TurnsPictures">Learns from every picture at a new angle in every pass.</param>
/// <param name="RelativeCost">How long a pass takes, roughly.</param>
internal sealed record FilterSharing(string Key, string Title, PlanarGroup? Group, int Channels, int FewChannels, bool TurnsPictures, double RelativeCost)
{
    /// <summary>All networks, the plain one first.</summary>
    public static IReadOnlyList<FilterSharing> All { get; } =
    [
        new("z2", "plain", null, 20, 20, TurnsPictures: false, 1),
        new("z2_augmented", "plain, pictures turned", null, 20, 20, TurnsPictures: true, 1.2),
        new("p4", "p4", PlanarGroup.P4, 10, 8, TurnsPictures: false, 3),
        new("p4m", "p4m", PlanarGroup.P4M, 6, 4, TurnsPictures: false, 4),
    ];

    /// <summary>The plain network.</summary>
    public static FilterSharing Plain => All[0];

}

/// <summary>
/// The network of Cohen and Welling 2016 for rotated MNIST: 3×3 convolutions without padding, each with batch normalisation and ReLU, 2×2 pooling after the second, a
/// last convolution that covers what is left, and the maximum over elements and places. All sizes are such that turns by 90° move the pixels exactly.
/// </summary>
internal static class RotatedNetwork
{
    private const int FirstLayers = 2, MnistSize = 28;

    /// <summary>A network, initialised.</summary>
    public static Sequential<float> Create(FilterSharing sharing, int size, long seed)
    {
        var layers = new List<Layer<float>>();
        int rest = size, inputs = 1, channels = ChannelsOf(sharing, size);
        for (int depth = 0; rest > 4 || depth < FirstLayers; depth++)
        {
            layers.Add(Convolution(sharing.Group, inputs, channels, 3));
            layers.Add(sharing.Group is null ? new BatchNorm2d<float>(channels) : new GroupBatchNorm2d<float>(channels));
            layers.Add(new Relu<float>());
            (rest, inputs) = (rest - 2, channels);
            if (depth != FirstLayers - 1) continue;
            var pooling = new MaxPool2d<float>(2);
            layers.Add(sharing.Group is null ? pooling : new Mapwise<float>(pooling));
            rest /= 2;
        }

        layers.Add(Convolution(sharing.Group, inputs, Data.DigitImages.Classes, rest));
        if (sharing.Group is not null) layers.Add(new GroupMaxPool<float>());
        layers.Add(new GlobalMaxPool<float>());
        var network = new Sequential<float>([.. layers]);
        network.Initialize(seed);
        return network;
    }

    /// <summary>Channels of every layer.</summary>
    public static int ChannelsOf(FilterSharing sharing, int size) => size == MnistSize ? sharing.Channels : sharing.FewChannels;

    private static Layer<float> Convolution(PlanarGroup? group, int inputs, int outputs, int kernel) => group is null
        ? new Conv2d<float>(inputs, outputs, kernel)
        : inputs == 1 ? new GroupLift2d<float>(group, inputs, outputs, kernel) : new GroupConv2d<float>(group, inputs, outputs, kernel);
}
