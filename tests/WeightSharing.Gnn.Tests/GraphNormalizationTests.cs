using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphNormalizationTests
{
    [Fact]
    public void Rows_are_means_and_the_symmetric_form_has_largest_eigenvalue_one()
    {
        Graph graph = GraphTests.Random(12);
        Tensor<double> ones = Tensor.Ones<double>(12, 1), root = Tensor.From([.. graph.WithSelfLoops().Degrees().Select(Math.Sqrt)], [12, 1]);
        Assert.True((graph.Propagate(ones, 1, GraphNormalization.Row) - ones).Abs().Max().Item() < 1e-14);
        // √d is the eigenvector of eigenvalue 1.
        Assert.True((graph.Propagate(root) - root).Abs().Max().Item() < 1e-14);
        Assert.Same(graph, graph.Normalized(GraphNormalization.None));
    }
}
