using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class LanczosTests
{
    [Fact]
    public void Lanczos_finds_the_largest_singular_values_for_any_padding()
    {
        var layer = new Conv2d<double>(2, 3, 3, stride: 1, padding: 1);
        layer.Initialize(seed: 7);
        LinearOperator map = LinearOperator.Of(layer, [2, 6, 7]);
        double[] exact = [.. map.ToMatrix().Svd(computeVectors: false).S];
        double[] found = Lanczos.SingularValues(map, 6);
        for (int i = 0; i < found.Length; i++) Assert.Equal(exact[i], found[i], 1e-10 * exact[0]);
        Assert.Equal(exact[0], Lanczos.Norm(map), 1e-10 * exact[0]);
    }

    [Fact]
    public void Lanczos_comes_to_an_end_on_maps_of_low_rank_and_on_zero()
    {
        Vector<double> u = Vector<double>.Build.Dense(Tensor.Normal<double>(9, RandomKey.Of(1)).ToArray()), v = Vector<double>.Build.Dense(Tensor.Normal<double>(5, RandomKey.Of(2)).ToArray());
        double[] values = Lanczos.SingularValues(LinearOperator.Of(u.OuterProduct(v)), 3);
        Close.All([u.L2Norm() * v.L2Norm(), 0, 0], values, 1e-12);
        Assert.Equal(0, Lanczos.Norm(LinearOperator.Of(Matrix<double>.Build.Dense(4, 3))), 1e-14);
    }
}
