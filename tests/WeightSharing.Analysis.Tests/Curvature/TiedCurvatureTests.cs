using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class TiedCurvatureTests
{
    // Signs, a free value used once, another thrice, an entry fixed at zero, and a second parameter that is not shared.
    private static readonly Tying[] Tyings = [Tying.Of("mixed", [6], [0, 1, -1, 1, 2, 1], [1, 1, 1, -1, 1, -1]), Tying.Identity([2])];

    [Fact]
    public void The_parts_are_those_of_an_orthonormal_basis_of_the_subspace_and_its_complement()
    {
        Matrix<double> h = Symmetric(8, seed: 1);
        TiedCurvature parts = TiedCurvature.Of(h, Tyings);
        Matrix<double> s = Matrix<double>.Build.Dense(8, 5);
        foreach ((int full, int free, int sign) in Tyings[0].Basis()) s[full, free] = sign;
        (s[6, 3], s[7, 4]) = (1, 1);
        Close.All((s.Transpose() * h * s).ToRowMajorArray(), parts.Shared.ToRowMajorArray(), 1e-14);

        Matrix<double> q = s.NormalizeColumns(2);
        Close.All((q.Transpose() * h * q).ToRowMajorArray(), parts.Along.ToRowMajorArray(), 1e-14);
        // The complement by its projector: the eigenvalues of (I − QQᵀ)H(I − QQᵀ) are those across the subspace, and 0 once a dimension of it.
        Matrix<double> away = Matrix<double>.Build.DenseIdentity(8) - q * q.Transpose();
        double[] across = [.. Values(parts.Across).Concat(new double[5]).Order()];
        Close.All(Values(away * h * away), across, 1e-12);
        double coupling = Math.Sqrt(2) * (q.Transpose() * h * away).FrobeniusNorm() / h.FrobeniusNorm();
        Assert.Equal(coupling, parts.Coupling, 1e-12);
        Assert.Equal(h.Trace(), parts.Along.Trace() + parts.Across.Trace(), 1e-12);
    }

    [Fact]
    public void Without_sharing_everything_is_along()
    {
        Matrix<double> h = Symmetric(4, seed: 2);
        TiedCurvature parts = TiedCurvature.Of(h, Tying.Identity([2, 2]));
        Assert.Equal(h.ToRowMajorArray(), parts.Along.ToRowMajorArray());
        Assert.Equal((0, 0.0), (parts.Across.RowCount, parts.Coupling));
    }

    [Fact]
    public void A_network_of_several_parameters_has_the_projected_Hessian()
    {
        var shared = new Sequential<double>(new Conv2d<double>(1, 2, 3), new Tanh<double>(), new Flatten<double>(), new Dense<double>(8, 3));
        shared.Initialize(seed: 4);
        var convolution = (Conv2d<double>)shared[0];
        var unshared = new Sequential<double>(convolution.ToLocallyConnected((4, 4)), new Tanh<double>(), new Flatten<double>(), shared[3]);
        Tensor<double> input = Tensor.Normal<double>([5, 1, 4, 4], RandomKey.Of(5)).Keep();
        Tensor<int> labels = Tensor.From(0, 1, 2, 1, 0).Keep();
        Tying[] tyings = [Tying.OverPositions(4, [2, 9]), Tying.OverPositions(4, [2]), Tying.Identity([3, 8]), Tying.Identity([3])];
        Close.All(
            Of(shared).ToMatrix().ToRowMajorArray(), Hessian.Tied(Of(unshared).ToMatrix(), tyings).ToRowMajorArray(), 1e-12);

        Hessian Of(Layer<double> layer) => Hessian.Of(layer.Parameters, () => Loss.CrossEntropy(layer.Forward(input), labels));
    }

    [Fact]
    public void A_matrix_of_another_size_is_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => TiedCurvature.Of(Matrix<double>.Build.Dense(7, 7), Tyings));
        Assert.StartsWith("TiedCurvature.Of: a matrix 7×7 for the tyings mixed: 3 free → [6] · identity: 2 free → [2]; expected 8×8.", error.Message, StringComparison.Ordinal);
    }

    private static double[] Values(Matrix<double> matrix) => [.. matrix.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];

    private static Matrix<double> Symmetric(int n, long seed)
    {
        Matrix<double> matrix = Matrix<double>.Build.DenseOfRowMajor(n, n, Tensor.Normal<double>([n, n], RandomKey.Of(seed)).ToArray());
        return (matrix + matrix.Transpose()) / 2;
    }
}
