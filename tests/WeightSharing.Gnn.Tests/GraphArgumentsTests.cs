using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphArgumentsTests
{
    [Fact]
    public void Features_fit_when_there_is_a_row_for_each_node()
    {
        Graph graph = Graph.FromEdges(2, []);
        GraphArguments.CheckNodes("Test", Tensor.Ones<double>(2, 3), graph);
        GraphArguments.CheckNodes("Test", Tensor.Ones<double>(2, 3), graph, features: 3);
        Assert.StartsWith("Test: input [2, 3] for a Graph of 2 nodes and 0 edges; expected [2, 4], a row for each node.",
            Assert.Throws<ArgumentException>(() => GraphArguments.CheckNodes("Test", Tensor.Ones<double>(2, 3), graph, features: 4)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GraphArguments.CheckNodes("Test", Tensor.Ones<double>(2, 3, 1), graph, features: 3));
        Assert.Throws<ArgumentException>(() => GraphArguments.CheckNodes("Test", Tensor.Scalar(1.0), graph));
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, -1, 0)]
    [InlineData(1, 1, -1)]
    public void Sizes_are_positive(int inputs, int outputs, int hops) => Assert.Throws<ArgumentOutOfRangeException>(() => GraphArguments.CheckSizes(inputs, outputs, hops));
}
