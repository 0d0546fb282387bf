namespace WeightSharing.Markov;

/// <summary>Form of the covariance of a Gaussian emission.</summary>
public enum Covariance
{
    /// <summary>Variances only: [S, D].</summary>
    Diagonal,

    /// <summary>The whole matrix: [S, D, D].</summary>
    Full,
}

/// <summary>
/// Several Gaussians whose means and covariances are tied by classes: densities, statistics and their maximisation. A unit is a state, or a component
/// of a state's mixture.
/// </summary>
internal sealed class GaussianFamily(string name, int[] meanClass, int[] covarianceClass, int dimensions, Covariance form)
{
    private int[]? representative;

    public int Units => meanClass.Length;

    public int Dimensions => dimensions;

    /// <summary>Numbers of one unit's covariance.</summary>
    public int CovarianceSize => form == Covariance.Diagonal ? dimensions : dimensions * dimensions;

    public int DegreesOfFreedom => dimensions * Count(meanClass)
        + Count(covarianceClass) * (form == Covariance.Diagonal ? dimensions : dimensions * (dimensions + 1) / 2);

    /// <summary>ln N(x_t; μ_u, Σ_u) of all units: [T, U].</summary>
    public void LogDensities(ReadOnlySpan<double[]> sequence, double[] means, double[] covariances, Span<double> target)
    {
        representative ??= [.. Enumerable.Range(0, Units).Select(u =>
            Enumerable.Range(0, u + 1).First(v => meanClass[v] == meanClass[u] && covarianceClass[v] == covarianceClass[u]))];
        var factor = new double[Units][];
        var constant = new double[Units];
        for (int u = 0; u < Units; u++)
        {
            if (representative[u] == u) (factor[u], constant[u]) = Factor(u, covariances);
        }

        var d = new double[dimensions];
        for (int t = 0; t < sequence.Length; t++)
        {
            double[] x = Checked(sequence[t], t);
            for (int u = 0; u < Units; u++)
            {
                target[t * Units + u] = representative[u] < u
                    ? target[t * Units + representative[u]]
                    : constant[u] - 0.5 * SquaredDistance(x, means.AsSpan(u * dimensions, dimensions), factor[u], d);
            }
        }
    }

    /// <summary>x drawn from a unit: μ + L·z.</summary>
    public double[] Sample(int unit, double[] means, double[] covariances, Tensors.RandomKey key)
    {
        var z = new double[dimensions];
        key.FillNormal(z.AsSpan());
        ReadOnlySpan<double> mean = means.AsSpan(unit * dimensions, dimensions), own = Own(unit, covariances);
        double[] x = mean.ToArray();
        double[]? l = form == Covariance.Full ? LinearAlgebra.Cholesky(own, dimensions) ?? throw Degenerate(unit) : null;
        for (int i = 0; i < dimensions; i++)
        {
            if (l is null) x[i] += Math.Sqrt(own[i]) * z[i];
            for (int j = 0; l is not null && j <= i; j++) x[i] += l[i * dimensions + j] * z[j];
        }

        return x;
    }

    public Moments CreateMoments(double[] means) => new(this, means);

    /// <summary>Σ over the covariance classes of the prior's log-density.</summary>
    public double LogPrior(InverseWishartPrior? prior, double[] covariances)
    {
        if (prior is null) return 0;
        double sum = 0;
        for (int u = 0; u < Units; u++)
        {
            if (Array.IndexOf(covarianceClass, covarianceClass[u]) != u) continue;
            ReadOnlySpan<double> own = Own(u, covariances);
            if (form == Covariance.Diagonal)
            {
                foreach (double variance in own) sum -= 0.5 * (prior.DegreesOfFreedom + 2) * Math.Log(variance) + 0.5 * prior.Scale / variance;
                continue;
            }

            double[] l = LinearAlgebra.Cholesky(own, dimensions) ?? throw Degenerate(u);
            double trace = 0;
            var unit = new double[dimensions];
            for (int k = 0; k < dimensions; k++)
            {
                // tr Σ⁻¹ = Σ_k ‖L⁻¹e_k‖².
                Array.Clear(unit);
                unit[k] = 1;
                trace += SolveSquared(l, unit);
                sum -= (prior.DegreesOfFreedom + dimensions + 1) * Math.Log(l[k * dimensions + k]);
            }

            sum -= 0.5 * prior.Scale * trace;
        }

        return sum;
    }

    private ReadOnlySpan<double> Own(int unit, double[] covariances) => covariances.AsSpan(unit * CovarianceSize, CovarianceSize);

    private (double[] Factor, double Constant) Factor(int unit, double[] covariances)
    {
        ReadOnlySpan<double> own = Own(unit, covariances);
        double constant = -0.5 * dimensions * Math.Log(2 * Math.PI);
        if (form == Covariance.Full)
        {
            double[] l = LinearAlgebra.Cholesky(own, dimensions) ?? throw Degenerate(unit);
            for (int i = 0; i < dimensions; i++) constant -= Math.Log(l[i * dimensions + i]);
            return (l, constant);
        }

        var inverse = new double[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            if (!(own[i] > 0)) throw Degenerate(unit);
            inverse[i] = 1 / own[i];
            constant -= 0.5 * Math.Log(own[i]);
        }

        return (inverse, constant);
    }

    private double SquaredDistance(double[] x, ReadOnlySpan<double> mean, double[] factor, double[] d)
    {
        double sum = 0;
        if (form == Covariance.Diagonal)
        {
            for (int i = 0; i < dimensions; i++) sum += (x[i] - mean[i]) * (x[i] - mean[i]) * factor[i];
            return sum;
        }

        for (int i = 0; i < dimensions; i++) d[i] = x[i] - mean[i];
        return SolveSquared(factor, d);
    }

    // ‖L⁻¹d‖², by forward substitution; d is overwritten.
    private double SolveSquared(double[] l, double[] d)
    {
        double sum = 0;
        for (int i = 0; i < dimensions; i++)
        {
            double value = d[i];
            for (int j = 0; j < i; j++) value -= l[i * dimensions + j] * d[j];
            d[i] = value / l[i * dimensions + i];
            sum += d[i] * d[i];
        }

        return sum;
    }

    private double[] Checked(double[] x, int t)
    {
        if (x is null || x.Length != dimensions)
        {
            throw new ArgumentException($"{name}: the observation at position {t} has {x?.Length ?? 0} numbers; the model's have {dimensions}.");
        }

        return x;
    }

    private InvalidOperationException Degenerate(int unit) => new(
        $"{name}: the covariance of state {unit} is not positive definite; too few observations reach it: set a variance floor or an InverseWishartPrior, or tie it to others.");

    private static int Count(int[] classes) => classes.Distinct().Count();

    /// <summary>Weighted moments of every unit around its present mean, which keeps digits when means are large.</summary>
    public sealed class Moments(GaussianFamily family, double[] means)
    {
        private readonly double[] mass = new double[family.Units];
        private readonly double[] first = new double[family.Units * family.Dimensions];
        private readonly double[] second = new double[family.Units * family.CovarianceSize];

        public void Add(int unit, double[] x, double weight)
        {
            if (weight == 0) return;
            int n = family.Dimensions, at = unit * n;
            mass[unit] += weight;
            for (int i = 0; i < n; i++)
            {
                double d = weight * (x[i] - means[at + i]);
                first[at + i] += d;
                if (family.CovarianceSize == n)
                {
                    second[at + i] += d * (x[i] - means[at + i]);
                    continue;
                }

                for (int j = 0; j < n; j++) second[(at + i) * n + j] += d * (x[j] - means[at + j]);
            }
        }

        /// <summary>New means, then covariances around them (an expectation conditional maximisation where means and covariances are tied differently).</summary>
        public void Maximize(double[] newMeans, double[] covariances, double floor, InverseWishartPrior? prior)
        {
            int n = family.Dimensions;
            double[] shift = Shifts(covariances);
            for (int i = 0; i < newMeans.Length; i++) newMeans[i] = means[i] + shift[i];
            foreach (IGrouping<int, int> group in family.UnitsBy(covariance: true))
            {
                double all = group.Sum(u => mass[u]);
                if (!(all > 0) && prior is null) continue;
                var scatter = new double[family.CovarianceSize];
                foreach (int u in group) AddScatter(u, shift, scatter);
                bool diagonal = scatter.Length == n;
                double divisor = all + (prior is null ? 0 : prior.DegreesOfFreedom + (diagonal ? 2 : n + 1));
                for (int i = 0; i < n; i++) scatter[diagonal ? i : i * n + i] += prior?.Scale ?? 0;
                for (int i = 0; i < scatter.Length; i++) scatter[i] /= divisor;
                for (int i = 0; i < n; i++)
                {
                    int at = diagonal ? i : i * n + i;
                    scatter[at] = Math.Max(scatter[at], floor);
                }

                foreach (int u in group) scatter.CopyTo(covariances, u * family.CovarianceSize);
                _ = family.Factor(group.First(), covariances);
            }
        }

        // Σ_{u in class} Σ_u⁻¹·(f_u − n_u·δ) = 0; where all share a covariance it cancels.
        private double[] Shifts(double[] covariances)
        {
            int n = family.Dimensions;
            var shift = new double[family.Units * n];
            foreach (IGrouping<int, int> group in family.UnitsBy(covariance: false))
            {
                if (!(group.Sum(u => mass[u]) > 0)) continue;
                var left = new double[n, n];
                var right = new double[n];
                bool oneCovariance = group.Select(family.CovarianceClass).Distinct().Count() == 1;
                foreach (int u in group)
                {
                    double[,] precision = oneCovariance ? Identity(n) : family.Precision(u, covariances);
                    for (int i = 0; i < n; i++)
                    {
                        for (int j = 0; j < n; j++)
                        {
                            left[i, j] += mass[u] * precision[i, j];
                            right[i] += precision[i, j] * first[u * n + j];
                        }
                    }
                }

                double[] delta = LinearAlgebra.Solve(left, right);
                foreach (int u in group) delta.CopyTo(shift, u * n);
            }

            return shift;
        }

        private void AddScatter(int u, double[] shift, double[] scatter)
        {
            int n = family.Dimensions;
            ReadOnlySpan<double> delta = shift.AsSpan(u * n, n), f = first.AsSpan(u * n, n);
            for (int i = 0; i < n; i++)
            {
                if (scatter.Length == n)
                {
                    scatter[i] += second[u * n + i] - 2 * f[i] * delta[i] + mass[u] * delta[i] * delta[i];
                    continue;
                }

                for (int j = 0; j < n; j++)
                {
                    scatter[i * n + j] += second[(u * n + i) * n + j] - f[i] * delta[j] - delta[i] * f[j] + mass[u] * delta[i] * delta[j];
                }
            }
        }

        private static double[,] Identity(int n)
        {
            var identity = new double[n, n];
            for (int i = 0; i < n; i++) identity[i, i] = 1;
            return identity;
        }
    }

    private IEnumerable<IGrouping<int, int>> UnitsBy(bool covariance) => Enumerable.Range(0, Units).GroupBy(u => covariance ? covarianceClass[u] : meanClass[u]);

    private int CovarianceClass(int unit) => covarianceClass[unit];

    private double[,] Precision(int unit, double[] covariances)
    {
        ReadOnlySpan<double> own = Own(unit, covariances);
        var precision = new double[dimensions, dimensions];
        var matrix = new double[dimensions, dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            if (form == Covariance.Diagonal) precision[i, i] = 1 / own[i];
            for (int j = 0; form == Covariance.Full && j < dimensions; j++) matrix[i, j] = own[i * dimensions + j];
        }

        for (int k = 0; form == Covariance.Full && k < dimensions; k++)
        {
            var unitVector = new double[dimensions];
            unitVector[k] = 1;
            double[] column = LinearAlgebra.Solve(matrix, unitVector);
            for (int i = 0; i < dimensions; i++) precision[i, k] = column[i];
        }

        return precision;
    }
}
