using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class TyingManifoldTests
{
    [Fact]
    public void A_convolution_lies_in_its_manifold_and_a_dense_layer_is_projected_to_the_nearest_one()
    {
        TyingManifold manifold = TyingManifold.OfConvolutions(1, 2, (4, 5), 3, padding: 1);
        var convolution = new Conv2d<double>(1, 2, 3, padding: 1);
        convolution.Initialize(seed: 1);
        Tensor<double> matrix = Tensor.Wrap(ConvolutionMatrix.Of(convolution, (4, 5)).ToMatrix().ToRowMajorArray(), manifold.Tying.FullShape);
        ManifoldPoint<double> at = manifold.Locate(matrix);
        Assert.Equal(0, at.Residual, 1e-12);
        Close.All(convolution.Weight.Value.ToArray(), at.Free.ToArray(), 1e-13);

        Tensor<double> noise = Tensor.Normal<double>(matrix.Shape, RandomKey.Of(2));
        ManifoldPoint<double> off = manifold.Locate(matrix + noise);
        // The residual is orthogonal to the subspace, and no other convolution is nearer.
        Assert.Equal(off.Norm * off.Norm, off.Residual * off.Residual + Squares(off.Nearest), 1e-9 * off.Norm * off.Norm);
        Assert.True(off.Residual <= Math.Sqrt(Squares(noise)));
        Assert.Equal((double)manifold.Dimension / manifold.AmbientDimension, off.ChanceShare);
    }

    [Fact]
    public void Noise_has_the_share_of_chance()
    {
        TyingManifold manifold = TyingManifold.OfSharedFilters(9, 8, 9);
        ManifoldPoint<double> at = manifold.Locate(Tensor.Normal<double>([9, 8, 9], RandomKey.Of(3)));
        Assert.Equal(1.0 / 9, at.ChanceShare, 1e-15);
        Assert.Equal(at.ChanceShare, at.Share, 0.05);
    }

    [Fact]
    public void Principal_angles_tell_subspaces_apart()
    {
        var palindrome = new TyingManifold(Tying.Palindrome(6));
        var antisymmetric = new TyingManifold(Tying.Antisymmetric(6));
        var constant = new TyingManifold(Tying.Classes(6, 0, 0, 0, 0, 0, 0));
        Close.All([0, 0, 0], palindrome.PrincipalAngles(palindrome), 1e-14);
        Close.All([Math.PI / 2, Math.PI / 2, Math.PI / 2], palindrome.PrincipalAngles(antisymmetric), 1e-14);
        Close.All([0], constant.PrincipalAngles(palindrome), 1e-14);
        // The line of (1, 0, …) and the palindromes meet at 45 degrees.
        var first = new TyingManifold(Tying.Of("first", 6, [0, -1, -1, -1, -1, -1]));
        Close.All([Math.PI / 4], first.PrincipalAngles(palindrome), 1e-14);
        Close.All(palindrome.PrincipalAngles(first), first.PrincipalAngles(palindrome), 1e-14);
    }

    [Fact]
    public void A_trajectory_follows_weights_that_leave_the_subspace()
    {
        Tensor<double> weights = Tensor.Ones<double>(4);
        var trajectory = new ManifoldTrajectory<double>(new TyingManifold(Tying.Palindrome(4)), () => weights);
        trajectory.Observe(0);
        weights = Tensor.From(2.0, 1, 1, 2);
        trajectory.Observe(1);
        weights = Tensor.From(2.0, 1, 1, 1);
        trajectory.Observe(2);
        Close.All([0, 0, Math.Sqrt(0.5)], [.. trajectory.Points.Select(point => point.Residual)], 1e-14);
        Close.All([1, 1, 0.5], [.. trajectory.Points.Select(point => point.Share)], 1e-14);
    }

    [Fact]
    public void Weights_of_another_size_are_an_error() => Assert.Contains(
        "weights [5] for the tying palindrome: 2 free → [4]; expected 4 entries",
        Assert.Throws<ArgumentException>(() => new TyingManifold(Tying.Palindrome(4)).Locate(Tensor.Ones<double>(5))).Message, StringComparison.Ordinal);

    private static double Squares(Tensor<double> x) => x.ToArray().Sum(value => value * value);
}
