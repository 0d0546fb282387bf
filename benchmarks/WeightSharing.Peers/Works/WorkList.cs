using WeightSharing.Peers.Running;

namespace WeightSharing.Peers.Works;

/// <summary>All works, one family a line.</summary>
internal static class WorkList
{
    /// <summary>In the order in which they are run.</summary>
    public static IEnumerable<Work> All =>
    [
        .. GemmWorks.All,
        .. LinearWorks.All,
        .. ConvolutionWorks.All,
        .. DepthwiseWorks.All,
        .. LocallyConnectedWorks.All,
        .. PoolingWorks.All,
        .. NormalizationWorks.All,
        .. LossWorks.All,
        .. PointwiseWorks.All,
        .. SmallWorks.All,
        .. OptimizerWorks.All,
        .. RecurrentWorks.All,
        .. LeNetWorks.All,
        .. GraphWorks.All,
    ];
}
