namespace WeightSharing.Markov;

/// <summary>Small dense systems: covariances, multipliers, ranks.</summary>
internal static class LinearAlgebra
{
    /// <summary>x with A·x = b, by elimination with row exchanges.</summary>
    public static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        var a = (double[,])matrix.Clone();
        double[] x = [.. right];
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
            {
                if (Math.Abs(a[i, k]) > Math.Abs(a[pivot, k])) pivot = i;
            }

            if (pivot != k)
            {
                for (int j = 0; j < n; j++) (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
                (x[k], x[pivot]) = (x[pivot], x[k]);
            }

            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i, k] / a[k, k];
                if (factor == 0) continue;
                for (int j = k; j < n; j++) a[i, j] -= factor * a[k, j];
                x[i] -= factor * x[k];
            }
        }

        for (int k = n - 1; k >= 0; k--)
        {
            for (int j = k + 1; j < n; j++) x[k] -= a[k, j] * x[j];
            x[k] /= a[k, k];
        }

        return x;
    }

    /// <summary>The number of independent rows.</summary>
    public static int Rank(double[,] matrix)
    {
        var a = (double[,])matrix.Clone();
        int rows = a.GetLength(0), columns = a.GetLength(1), rank = 0;
        for (int column = 0; column < columns && rank < rows; column++)
        {
            int pivot = rank;
            for (int i = rank + 1; i < rows; i++)
            {
                if (Math.Abs(a[i, column]) > Math.Abs(a[pivot, column])) pivot = i;
            }

            if (Math.Abs(a[pivot, column]) < 1e-9) continue;
            for (int j = 0; j < columns; j++) (a[rank, j], a[pivot, j]) = (a[pivot, j], a[rank, j]);
            for (int i = rank + 1; i < rows; i++)
            {
                double factor = a[i, column] / a[rank, column];
                for (int j = column; j < columns; j++) a[i, j] -= factor * a[rank, j];
            }

            rank++;
        }

        return rank;
    }

    /// <summary>The lower Cholesky factor of a symmetric matrix [n, n] (row-major); null when it is not positive definite.</summary>
    public static double[]? Cholesky(ReadOnlySpan<double> a, int n)
    {
        var l = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
                if (i != j)
                {
                    l[i * n + j] = sum / l[j * n + j];
                    continue;
                }

                if (!(sum > 0)) return null;
                l[i * n + i] = Math.Sqrt(sum);
            }
        }

        return l;
    }
}
