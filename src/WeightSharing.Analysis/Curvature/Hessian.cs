using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// The matrix of second derivatives of a loss by the free values of parameters, by exact Hessian–vector products (Pearlmutter 1994): whole for small models, its
/// extreme eigenvalues and spectral density for large ones.
/// </summary>
public sealed class Hessian
{
    private readonly IReadOnlyList<Parameter<double>> parameters;
    private readonly Func<Tensor<double>> loss;

    private Hessian(IReadOnlyList<Parameter<double>> parameters, Func<Tensor<double>> loss)
    {
        (this.parameters, this.loss) = (parameters, loss);
        Dimension = parameters.Sum(parameter => parameter.Count);
    }

    /// <summary>Number of free values.</summary>
    public int Dimension { get; }

    /// <summary>Of a loss by all parameters that are not frozen, in the order of the set.</summary>
    /// <param name="parameters">Whose free values are the variables; a shared parameter once.</param>
    /// <param name="loss">A scalar; the same at every call, so in evaluation mode where layers draw or gather statistics.</param>
    /// <exception cref="ArgumentException">There is nothing to differentiate by.</exception>
    public static Hessian Of(IEnumerable<Parameter<double>> parameters, Func<Tensor<double>> loss)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(loss);
        Parameter<double>[] variables = [.. parameters.Where(parameter => !parameter.IsFrozen).Distinct()];
        if (variables.Length == 0) throw new ArgumentException("Hessian.Of: no parameter that is not frozen; there is nothing to differentiate by.", nameof(parameters));
        return new Hessian(variables, loss);
    }

    /// <summary>The gradient at the present values, flat.</summary>
    public double[] Gradient()
    {
        using TensorScope scope = TensorScope.Begin();
        using UsageLedgerScope silent = UsageLedger.Off();
        return Flat(Autograd.Gradient.Of(loss(), Variables()));
    }

    /// <summary>H·v.</summary>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public double[] Times(ReadOnlySpan<double> v)
    {
        if (v.Length != Dimension) throw new ArgumentException($"Hessian.Times: a vector of {v.Length} entries; expected {Dimension}.", nameof(v));
        using TensorScope scope = TensorScope.Begin();
        using UsageLedgerScope silent = UsageLedger.Off();
        var directions = new List<Tensor<double>>();
        int at = 0;
        foreach (Parameter<double> parameter in parameters)
        {
            directions.Add(Tensor.From(v.Slice(at, parameter.Count), parameter.Shape));
            at += parameter.Count;
        }

        return Flat(Autograd.Gradient.HessianVectorProduct(loss(), Variables(), directions));
    }

    /// <summary>The whole matrix, column by column, made symmetric.</summary>
    public Matrix<double> ToMatrix()
    {
        Matrix<double> matrix = Matrix<double>.Build.Dense(Dimension, Dimension);
        var unit = new double[Dimension];
        for (int i = 0; i < Dimension; i++)
        {
            unit[i] = 1;
            matrix.SetColumn(i, Times(unit));
            unit[i] = 0;
        }

        return (matrix + matrix.Transpose()) / 2;
    }

    /// <summary>All eigenvalues, in ascending order, from the whole matrix.</summary>
    public double[] Eigenvalues() => [.. ToMatrix().Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];

    /// <summary>The eigenvalues of largest magnitude, that first, by Lanczos.</summary>
    /// <param name="count">How many; fewer when there are fewer.</param>
    /// <param name="steps">Lanczos steps, a Hessian–vector product each; 0 stands for 4·count + 40.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one is asked for.</exception>
    public double[] LargestEigenvalues(int count, int steps = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        (double[] diagonal, double[] off, _, _) = Lanczos.Tridiagonalise(v => Times(v), Lanczos.Unit(Dimension, 1), steps > 0 ? steps : 4 * count + 40);
        return [.. Lanczos.Decompose(diagonal, off).Values.OrderByDescending(Math.Abs).Take(count)];
    }

    /// <summary>
    /// The density of the eigenvalues, smoothed by a normal kernel, from Lanczos quadrature at random vectors (Ghorbani, Krishnan and Xiao 2019): it integrates to 1.
    /// </summary>
    /// <param name="grid">Where to evaluate it.</param>
    /// <param name="width">Standard deviation of the kernel, above 0.</param>
    /// <param name="vectors">Random vectors to average over.</param>
    /// <param name="steps">Lanczos steps for each.</param>
    /// <param name="seed">Of the vectors.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width, or a number of vectors or steps, that is not positive.</exception>
    public double[] SpectralDensity(IReadOnlyList<double> grid, double width, int vectors = 8, int steps = 40, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vectors);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        var density = new double[grid.Count];
        for (int i = 0; i < vectors; i++)
        {
            (double[] diagonal, double[] off, _, _) = Lanczos.Tridiagonalise(v => Times(v), Lanczos.Unit(Dimension, seed * 1000 + i), steps);
            (double[] nodes, Matrix<double> basis) = Lanczos.Decompose(diagonal, off);
            for (int k = 0; k < nodes.Length; k++)
            {
                // Gauss quadrature: the squared first components are the weights.
                double weight = basis[0, k] * basis[0, k] / (vectors * width * Math.Sqrt(2 * Math.PI));
                for (int g = 0; g < density.Length; g++)
                {
                    double z = (grid[g] - nodes[k]) / width;
                    density[g] += weight * Math.Exp(-z * z / 2);
                }
            }
        }

        return density;
    }

    /// <summary>
    /// What tying does to curvature: H_θ = Sᵀ·H_w·S, the Hessian of the shared problem from that of the unshared one, at weights w = S·θ.
    /// </summary>
    /// <param name="unshared">H_w, [entries, entries] in the order of the tyings' full entries.</param>
    /// <param name="tyings">S: one tying a parameter, in the order of the parameters; <see cref="Tying.Identity"/> for one that is not shared.</param>
    /// <exception cref="ArgumentException">The matrix does not have one row and column a full entry.</exception>
    public static Matrix<double> Tied(Matrix<double> unshared, params ReadOnlySpan<Tying> tyings) => TiedCurvature.Of(unshared, tyings).Shared;

    /// <summary>
    /// Largest over smallest magnitude among the eigenvalues whose magnitude is above <paramref name="threshold"/> times the largest: flat directions, which no step moves
    /// along, do not count. 1 for a matrix of zeros.
    /// </summary>
    public static double ConditionNumber(IReadOnlyList<double> eigenvalues, double threshold = 1e-10)
    {
        ArgumentNullException.ThrowIfNull(eigenvalues);
        double largest = eigenvalues.Select(Math.Abs).DefaultIfEmpty().Max();
        return largest == 0 ? 1 : largest / eigenvalues.Select(Math.Abs).Where(value => value > threshold * largest).Min();
    }

    private Tensor<double>[] Variables() => [.. parameters.Select(parameter => parameter.Value)];

    private static double[] Flat(Tensor<double>[] tensors) => [.. tensors.SelectMany(tensor => tensor.ToArray())];
}
