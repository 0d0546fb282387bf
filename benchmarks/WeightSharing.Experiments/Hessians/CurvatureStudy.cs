using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Autograd;
using WeightSharing.Experiments.Digits;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Hessians;

/// <summary>Eigenvalues in ascending order, their density, and where the density was taken.</summary>
internal sealed record Spectrum(double[] Eigenvalues, double[] Grid, double[] Density)
{
    /// <summary>Of largest magnitude.</summary>
    public double Largest => Eigenvalues.Max(Math.Abs);
}

/// <summary>
/// The curvature at trained weights, in double precision: the shared problem's Hessian, that of the unshared one at the same point split along and
/// across the tied subspace, and that of an unshared network at a minimum of its own. And the loss around them.
/// </summary>
internal sealed class CurvatureStudy(CurvatureNetwork problem, int steps, int cells, CancellationToken cancellation)
{
    /// <summary>How far landscapes reach, in norms of the filters.</summary>
    public const double Reach = 1;

    private const int DensityPoints = 241;
    private readonly Tensor<double> images = problem.Training.Images.To<double>().Keep();

    /// <summary>Of H_θ, at the shared network's minimum.</summary>
    public Spectrum? Shared { get; private set; }

    /// <summary>Eigenvalues of H_w within the tied subspace, at the same point.</summary>
    public double[] Along { get; private set; } = [];

    /// <summary>Eigenvalues of H_w orthogonal to it.</summary>
    public double[] Across { get; private set; } = [];

    /// <summary>The share of the two that couples them.</summary>
    public double Coupling { get; private set; }

    /// <summary>max|SᵀH_wS − H_θ| / (1 + max|H_θ|).</summary>
    public double IdentityError { get; private set; }

    /// <summary>Of H_w, at a minimum of the unshared network's own.</summary>
    public Spectrum? Unshared { get; private set; }

    /// <summary>
    /// Around the minimum of the shared and of the unshared network along two random directions; and around tied weights along (x) and across (y) the
    /// subspace.
    /// </summary>
    public double[,] SharedLandscape { get; private set; } = new double[0, 0];

    /// <inheritdoc cref="SharedLandscape"/>
    public double[,] UnsharedLandscape { get; private set; } = new double[0, 0];

    /// <inheritdoc cref="SharedLandscape"/>
    public double[,] AcrossLandscape { get; private set; } = new double[0, 0];

    /// <summary>The shared network and its unshared equivalent.</summary>
    public void StudyShared(long seed)
    {
        Sequential<double> shared = Trained(shared: true, seed), unshared = CurvatureNetwork.Unshared(shared);
        Hessian own = HessianOf(shared);
        Matrix<double> ownMatrix = own.ToMatrix();
        TiedCurvature tied = TiedCurvature.Of(HessianOf(unshared).ToMatrix(), problem.Tyings);
        IdentityError = (tied.Shared - ownMatrix).Enumerate().Max(Math.Abs) / (1 + ownMatrix.Enumerate().Max(Math.Abs));
        Shared = Spectrum(own, Eigenvalues(ownMatrix));
        (Along, Across, Coupling) = (Eigenvalues(tied.Along), Eigenvalues(tied.Across), tied.Coupling);
        SharedLandscape = Landscape(shared, LossLandscape.RandomDirection([.. shared.Parameters], 1),
            LossLandscape.RandomDirection([.. shared.Parameters], 2));
        (IReadOnlyList<Tensor<double>> along, IReadOnlyList<Tensor<double>> across) = Directions(unshared);
        AcrossLandscape = Landscape(unshared, along, across);
    }

    /// <summary>The unshared network, trained as such.</summary>
    public void StudyUnshared(long seed)
    {
        Sequential<double> unshared = Trained(shared: false, seed);
        Hessian hessian = HessianOf(unshared);
        Unshared = Spectrum(hessian, Eigenvalues(hessian.ToMatrix()));
        UnsharedLandscape = Landscape(unshared, LossLandscape.RandomDirection([.. unshared.Parameters], 1),
            LossLandscape.RandomDirection([.. unshared.Parameters], 2));
    }

    private Sequential<double> Trained(bool shared, long seed)
    {
        Sequential<float> network = problem.Create(shared, seed);
        Teaching.Train(network, problem.Training, new Recipe(0.01, steps), RandomKey.Of(seed).Fork("order"), cancellation);
        return network.To<double>();
    }

    private Hessian HessianOf(Sequential<double> network) => Hessian.Of(network.Parameters, () => LossOf(network));

    private Tensor<double> LossOf(Sequential<double> network)
    {
        cancellation.ThrowIfCancellationRequested();
        return Loss.CrossEntropy(network.Forward(images), problem.Training.Labels);
    }

    private static Spectrum Spectrum(Hessian hessian, double[] eigenvalues)
    {
        double low = eigenvalues[0], high = eigenvalues[^1], width = (high - low) / 100;
        double[] grid = [.. Enumerable.Range(0, DensityPoints).Select(i => low - 4 * width + i * (high - low + 8 * width) / (DensityPoints - 1))];
        return new Spectrum(eigenvalues, grid, hessian.SpectralDensity(grid, width, vectors: 10, steps: 60));
    }

    // One random direction, of which one picture axis is the part that the tying can follow, the other the part that it cannot; both of the same
    // norm.
    private (IReadOnlyList<Tensor<double>> Along, IReadOnlyList<Tensor<double>> Across) Directions(Sequential<double> unshared)
    {
        using NoGrad inference = NoGrad.Begin();
        IReadOnlyList<Tensor<double>> direction = LossLandscape.RandomDirection([.. unshared.Parameters], 1);
        Tensor<double>[] along = [.. direction.Zip(problem.Tyings, (part, tying) => tying.Project(part).Keep())];
        Tensor<double>[] across = [.. direction.Zip(along, (part, tied) => (part - tied).Keep())];
        double target = Norm(direction), alongNorm = Norm(along), acrossNorm = Norm(across);
        return ([.. along.Select(part => (part * (target / alongNorm)).Keep())], [.. across.Select(part => (part * (target / acrossNorm)).Keep())]);
    }

    private double[,] Landscape(Sequential<double> network, IReadOnlyList<Tensor<double>> first, IReadOnlyList<Tensor<double>> second)
    {
        double[] steps = [.. Enumerable.Range(0, cells).Select(i => Reach * (2.0 * i / (cells - 1) - 1))];
        return LossLandscape.Plane([.. network.Parameters], () => LossOf(network), first, second, steps, steps);
    }

    private static double[] Eigenvalues(Matrix<double> matrix) =>
        [.. matrix.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];

    private static double Norm(IEnumerable<Tensor<double>> parts) => Math.Sqrt(parts.Sum(part => (part * part).Sum().Item()));
}
