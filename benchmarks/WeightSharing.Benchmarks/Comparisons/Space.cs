using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Across space: a convolution against filters of their own at every place.</summary>
public class SpaceSharedAgainstLocal : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([32, 8, 28, 28], RandomKey.Of(1));
        var local = new LocallyConnected2d<float>(8, 16, 28, 3, padding: 1);
        var convolution = new Conv2d<float>(8, 16, 3, padding: 1);
        local.Initialize(seed: 1);
        convolution.Initialize(seed: 1);
        return (Contestant.Of(local, () => local.Forward(x)), Contestant.Of(convolution, () => convolution.Forward(x)));
    }
}

/// <summary>Across space: a convolution against a dense layer of as many outputs.</summary>
public class SpaceSharedAgainstDense : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([32, 1, 28, 28], RandomKey.Of(1)), flat = x.Flatten(1);
        var dense = new Dense<float>(784, 4 * 784);
        var convolution = new Conv2d<float>(1, 4, 3, padding: 1);
        dense.Initialize(seed: 1);
        convolution.Initialize(seed: 1);
        return (Contestant.Of(dense, () => dense.Forward(flat)), Contestant.Of(convolution, () => convolution.Forward(x)));
    }
}

/// <summary>Along a sequence: a convolution against filters of their own at every place.</summary>
public class SequenceSharedAgainstLocal : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        Tensor<float> x = Tensor.Normal<float>([32, 16, 256], RandomKey.Of(1));
        var local = new LocallyConnected1d<float>(16, 32, 256, 9, padding: 4);
        var convolution = new Conv1d<float>(16, 32, 9, padding: 4);
        local.Initialize(seed: 1);
        convolution.Initialize(seed: 1);
        return (Contestant.Of(local, () => local.Forward(x)), Contestant.Of(convolution, () => convolution.Forward(x)));
    }
}
