namespace WeightSharing.Experiments.Soft;

/// <summary>Small linear systems in double precision, solved exactly but for rounding.</summary>
internal static class SmallSystems
{
    /// <summary>x with A·x = b, by elimination with row exchanges.</summary>
    public static double[] Solve(double[,] a, double[] b)
    {
        int n = b.Length;
        var m = (double[,])a.Clone();
        var x = (double[])b.Clone();
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(m[row, column]));
            for (int j = 0; j < n; j++) (m[column, j], m[pivot, j]) = (m[pivot, j], m[column, j]);
            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (int row = column + 1; row < n; row++)
            {
                double factor = m[row, column] / m[column, column];
                for (int j = column; j < n; j++) m[row, j] -= factor * m[column, j];
                x[row] -= factor * x[column];
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int j = row + 1; j < n; j++) x[row] -= m[row, j] * x[j];
            x[row] /= m[row, row];
        }

        return x;
    }

    /// <summary>The least squares solution of inputs·x = targets.</summary>
    public static double[] LeastSquares(double[,] inputs, double[] targets)
    {
        int n = inputs.GetLength(1);
        var a = new double[n, n];
        var b = new double[n];
        for (int row = 0; row < targets.Length; row++)
        {
            for (int i = 0; i < n; i++)
            {
                b[i] += inputs[row, i] * targets[row];
                for (int j = 0; j < n; j++) a[i, j] += inputs[row, i] * inputs[row, j];
            }
        }

        return Solve(a, b);
    }

    /// <summary>The slope of the line nearest to points.</summary>
    public static double Slope(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double meanX = x.Average(), meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
