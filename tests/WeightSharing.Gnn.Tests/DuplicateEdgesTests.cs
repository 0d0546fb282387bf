using WeightSharing.Layers;

namespace WeightSharing.Tests.Layers;

public sealed class DuplicateEdgesTests
{
    [Fact]
    public void Edges_without_weights_count_once_whatever_is_said()
    {
        foreach (DuplicateEdges duplicates in Enum.GetValues<DuplicateEdges>())
        {
            Assert.Equal([1.0, 1], Graph.FromEdges(2, [0, 0, 1], [1, 1, 0], duplicates: duplicates).Weights.ToArray());
        }
    }
}
