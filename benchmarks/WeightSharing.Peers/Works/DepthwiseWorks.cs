using WeightSharing.Peers.Running;

namespace WeightSharing.Peers.Works;

/// <summary>Convolutions with one filter a channel.</summary>
internal static class DepthwiseWorks
{
    public static IEnumerable<Work> All => [.. ConvolutionWorks.Image(32, 64, 28, 64, 3, groups: 64), .. ConvolutionWorks.Image(32, 64, 14, 64, 5, groups: 64)];
}
