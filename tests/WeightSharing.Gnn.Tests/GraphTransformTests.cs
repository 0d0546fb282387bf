using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphTransformTests
{
    [Fact]
    public void Sparse_and_dense_features_give_the_same()
    {
        var transform = new GraphTransform<double>("Test", 5, 3, bias: true, null, null);
        transform.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([4, 5], RandomKey.Of(1)).Relu();
        Assert.True((transform.Apply(x) - transform.Apply(SparseMatrix<double>.FromDense(x))).Abs().Max().Item() < 1e-14);
        Assert.Equal(transform.Apply(x).ToArray(), transform.Clone().Apply(x).ToArray());
    }

    [Fact]
    public void Several_are_numbered()
    {
        var several = new GraphTransforms<double>(new GraphTransform<double>("Test", 2, 3, false, null, null), new GraphTransform<double>("Test", 2, 1, true, null, null));
        Assert.Equal(["0.weight", "1.weight", "1.bias"], several.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal((2, 1), (several.Count, several[1].Weight.Shape[0]));
    }
}
