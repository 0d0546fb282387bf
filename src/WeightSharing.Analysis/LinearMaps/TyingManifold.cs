using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// The weights that a tying can express, a linear subspace {S·θ}: of all matrices, say, those that are convolutions. Where given weights stand to it: the nearest
/// point, the distance, the share of the norm within; and how two such subspaces lie to each other.
/// </summary>
public sealed class TyingManifold
{
    /// <summary>The subspace of a tying.</summary>
    public TyingManifold(Tying tying)
    {
        ArgumentNullException.ThrowIfNull(tying);
        Tying = tying;
    }

    /// <summary>The tying whose image the subspace is.</summary>
    public Tying Tying { get; }

    /// <summary>Dimension of the subspace: free values.</summary>
    public int Dimension => Tying.FreeCount;

    /// <summary>Dimension of the space: full entries.</summary>
    public int AmbientDimension => Tying.FullShape.Count;

    /// <summary>The convolutions of a geometry among the dense layers [Cout·outH·outW, Cin·H·W].</summary>
    /// <inheritdoc cref="Tying.ConvolutionMatrix"/>
    public static TyingManifold OfConvolutions(
        int inputChannels, int outputChannels, Size2 image, Size2 kernel, Size2? stride = null, Padding2d padding = default, Size2? dilation = null) =>
        new(Tying.ConvolutionMatrix(inputChannels, outputChannels, image, kernel, stride, padding, dilation));

    /// <summary>The convolutions among locally connected weights [positions, Cout, Cin·taps]: the same filters at every position.</summary>
    public static TyingManifold OfSharedFilters(int positions, int outputChannels, int patch) => new(Tying.OverPositions(positions, [outputChannels, patch]));

    /// <summary>Where weights stand to the subspace.</summary>
    /// <param name="weights">Of the tying's full shape, or with as many entries in the same order.</param>
    /// <exception cref="ArgumentException">The number of entries differs.</exception>
    public ManifoldPoint<T> Locate<T>(Tensor<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count != AmbientDimension)
        {
            throw new ArgumentException($"TyingManifold.Locate: weights {weights.Shape} for the tying {Tying}; expected {AmbientDimension} entries.", nameof(weights));
        }

        using NoGrad inference = NoGrad.Begin();
        Tensor<T> full = weights.Detach().Reshape(Tying.FullShape), free = Tying.Solve(full), nearest = Tying.Expand(free);
        return new ManifoldPoint<T>(free, nearest.Reshape(weights.Shape), Norm(full - nearest), Norm(full), (double)Dimension / AmbientDimension);
    }

    /// <summary>
    /// Principal angles between the subspaces of two tyings of the same full entries, in radians, ascending: as many as the smaller has dimensions
    /// (Björck and Golub 1973). Angles of 0 are shared directions; π/2 are directions that the other knows nothing of.
    /// </summary>
    /// <exception cref="ArgumentException">The tyings have different numbers of full entries.</exception>
    public double[] PrincipalAngles(TyingManifold other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.AmbientDimension != AmbientDimension)
        {
            throw new ArgumentException($"TyingManifold.PrincipalAngles: {Tying} against {other.Tying}; both need the same number of full entries.", nameof(other));
        }

        Matrix<double> ours = OrthonormalBasis(), theirs = other.OrthonormalBasis();
        if (ours.ColumnCount > theirs.ColumnCount) (ours, theirs) = (theirs, ours);
        // Sines for small angles, cosines for large ones: each where it is exact.
        Matrix<double> inner = theirs.TransposeThisAndMultiply(ours);
        double[] cosines = [.. inner.Svd(computeVectors: false).S];
        double[] sines = [.. (ours - theirs * inner).Svd(computeVectors: false).S.Reverse()];
        return [.. cosines.Select((cosine, i) => cosine * cosine > 0.5 ? Math.Asin(Math.Clamp(sines[i], 0, 1)) : Math.Acos(Math.Clamp(cosine, 0, 1))).Order()];
    }

    /// <summary>An orthonormal basis of the subspace, [entries, dimension]: S·(SᵀS)^−½.</summary>
    public Matrix<double> OrthonormalBasis()
    {
        var uses = new int[Dimension];
        IReadOnlyList<(int Full, int Free, int Sign)> basis = Tying.Basis();
        foreach ((_, int free, _) in basis) uses[free]++;
        return Matrix<double>.Build.DenseOfIndexed(AmbientDimension, Dimension, basis.Select(entry => (entry.Full, entry.Free, entry.Sign / Math.Sqrt(uses[entry.Free]))));
    }

    private static double Norm<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(double.CreateChecked((x * x).Sum().Item()));
}

/// <summary>Where weights stand to a subspace of tied weights.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Free">The free values of the nearest tied weights.</param>
/// <param name="Nearest">The nearest tied weights, of the weights' shape.</param>
/// <param name="Residual">‖w − nearest‖₂.</param>
/// <param name="Norm">‖w‖₂.</param>
/// <param name="ChanceShare">The share of a random direction's squared norm that lies in the subspace: dimension / entries.</param>
public sealed record ManifoldPoint<T>(Tensor<T> Free, Tensor<T> Nearest, double Residual, double Norm, double ChanceShare)
    where T : unmanaged
{
    /// <summary>Residual / norm: the sine of the angle between the weights and the subspace; 0 for weights of zeros.</summary>
    public double RelativeResidual => Norm == 0 ? 0 : Math.Min(1, Residual / Norm);

    /// <summary>Share of the squared norm within the subspace, from 0 to 1; compare with <see cref="ChanceShare"/>.</summary>
    public double Share => 1 - RelativeResidual * RelativeResidual;
}

/// <summary>How weights move to or from a subspace of tied weights while they train: a point a call of <see cref="Observe"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="manifold">The subspace.</param>
/// <param name="weights">Gives the weights as they are now.</param>
public sealed class ManifoldTrajectory<T>(TyingManifold manifold, Func<Tensor<T>> weights)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(long Step, double Residual, double Norm, double Share)> points = [];
    private Tensor<T>? first;

    /// <summary>Step, ‖w − nearest‖, ‖w‖, and the share of ‖w − w₀‖² within the subspace (1 at the first point).</summary>
    public IReadOnlyList<(long Step, double Residual, double Norm, double Share)> Points => points;

    /// <summary>Notes where the weights stand after <paramref name="step"/> steps.</summary>
    public void Observe(long step)
    {
        using NoGrad inference = NoGrad.Begin();
        Tensor<T> now = weights().Copy().Keep();
        first ??= now;
        ManifoldPoint<T> at = manifold.Locate(now), moved = manifold.Locate(now - first);
        points.Add((step, at.Residual, at.Norm, moved.Share));
    }
}
