using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// Extreme singular values and eigenvalues of maps that are known by their products alone, by the Lanczos method with full reorthogonalisation
/// (Golub and Van Loan, Matrix Computations, 4th ed., sections 10.1 and 10.4).
/// </summary>
public static class Lanczos
{
    /// <summary>The largest singular values, in descending order: Golub–Kahan bidiagonalisation.</summary>
    /// <param name="map">The map.</param>
    /// <param name="count">How many; fewer come back when the map has fewer.</param>
    /// <param name="tolerance">The largest residual ‖Aᵀu − σv‖ of those asked for, relative to the largest value.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one is asked for.</exception>
    public static double[] SingularValues(LinearOperator map, int count, double tolerance = 1e-12)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        // The eigenvalues of AᵀA (or AAᵀ, the smaller) would square the condition; the bidiagonal form keeps it.
        int most = Math.Min(map.Rows, map.Columns);
        var alphas = new List<double>();
        var betas = new List<double>();
        var right = new List<double[]> { Unit(map.Columns, 0) };
        var left = new List<double[]>();
        double[] values = [];
        while (alphas.Count < most)
        {
            double[] u = map.Apply(right[^1]);
            double alpha = Orthonormalise(u, left);
            alphas.Add(alpha);
            left.Add(u);
            double[] v = map.ApplyAdjoint(u);
            double beta = Orthonormalise(v, right);
            bool last = alphas.Count == most || right.Count == map.Columns;
            if (last || alphas.Count % 8 == 0 || beta == 0)
            {
                Matrix<double> bidiagonal = Bidiagonal(alphas, betas);
                MathNet.Numerics.LinearAlgebra.Factorization.Svd<double> svd = bidiagonal.Svd();
                values = [.. svd.S.Take(count)];
                double largest = svd.S.Count == 0 ? 0 : svd.S[0];
                // The residual of a value is β times the last entry of its left vector.
                bool done = alphas.Count >= count && Enumerable.Range(0, values.Length).All(i => beta * Math.Abs(svd.U[alphas.Count - 1, i]) <= tolerance * largest);
                if (last || done) break;
            }

            if (beta == 0 && Restart(v, right) == 0) break;
            betas.Add(beta);
            right.Add(v);
        }

        return values;
    }

    /// <summary>The operator norm ‖A‖₂, the largest singular value.</summary>
    public static double Norm(LinearOperator map, double tolerance = 1e-12) => SingularValues(map, 1, tolerance) is [double largest, ..] ? largest : 0;

    /// <summary>The tridiagonal form of a symmetric map on a Krylov space: V·T·Vᵀ is the map on the space of v, A·v, A²·v, ….</summary>
    /// <param name="apply">x → A·x, A symmetric.</param>
    /// <param name="start">The first vector; it is normalised.</param>
    /// <param name="steps">Steps at most; fewer when the space is exhausted.</param>
    /// <returns>The diagonal and the off-diagonal of T, and the vectors V.</returns>
    internal static (double[] Diagonal, double[] OffDiagonal, List<double[]> Vectors, double Remainder) Tridiagonalise(
        Func<double[], double[]> apply, double[] start, int steps)
    {
        var vectors = new List<double[]>();
        double[] v = [.. start];
        Orthonormalise(v, vectors);
        vectors.Add(v);
        var alphas = new List<double>();
        var betas = new List<double>();
        double beta = 0;
        while (true)
        {
            double[] w = apply(vectors[^1]);
            alphas.Add(Vectors.Dot(vectors[^1], w));
            beta = Orthonormalise(w, vectors);
            // A rest of rounding size: the space is invariant.
            double scale = alphas.Select(Math.Abs).Concat(betas).Max();
            if (alphas.Count >= steps || alphas.Count >= start.Length || beta <= 1e-14 * scale) break;
            betas.Add(beta);
            vectors.Add(w);
        }

        return ([.. alphas], [.. betas], vectors, beta);
    }

    /// <summary>Eigenvalues of T in ascending order, with the first and the last components of their vectors, and all vectors as columns.</summary>
    internal static (double[] Values, Matrix<double> Vectors) Decompose(double[] diagonal, double[] offDiagonal)
    {
        int n = diagonal.Length;
        Matrix<double> t = Matrix<double>.Build.Dense(n, n);
        for (int i = 0; i < n; i++) t[i, i] = diagonal[i];
        for (int i = 0; i + 1 < n; i++) t[i, i + 1] = t[i + 1, i] = offDiagonal[i];
        MathNet.Numerics.LinearAlgebra.Factorization.Evd<double> evd = t.Evd(Symmetricity.Symmetric);
        return ([.. evd.EigenValues.Select(value => value.Real)], evd.EigenVectors);
    }

    internal static double[] Unit(int length, long seed)
    {
        double[] v = length == 0 ? [] : Tensor.Normal<double>(length, RandomKey.Of(seed).Fork("lanczos")).ToArray();
        Orthonormalise(v, []);
        return v;
    }

    // Twice is enough (Kahan); returns the norm that was left, after which the vector has norm 1, or is zero.
    private static double Orthonormalise(double[] v, List<double[]> against)
    {
        double before = Vectors.Norm(v);
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] other in against)
            {
                double along = Vectors.Dot(v, other);
                for (int i = 0; i < v.Length; i++) v[i] -= along * other[i];
            }
        }

        double norm = Vectors.Norm(v);
        if (norm <= 1e-14 * before)
        {
            Array.Clear(v);
            return 0;
        }

        for (int i = 0; i < v.Length; i++) v[i] /= norm;
        return norm;
    }

    // A new direction when the space is exhausted before the map is.
    private static double Restart(double[] v, List<double[]> against)
    {
        Unit(v.Length, against.Count).CopyTo(v, 0);
        return Orthonormalise(v, against);
    }

    private static Matrix<double> Bidiagonal(List<double> alphas, List<double> betas)
    {
        Matrix<double> b = Matrix<double>.Build.Dense(alphas.Count, alphas.Count);
        for (int i = 0; i < alphas.Count; i++) b[i, i] = alphas[i];
        for (int i = 0; i + 1 < alphas.Count; i++) b[i, i + 1] = betas[i];
        return b;
    }
}
