using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Sharing;

namespace WeightSharing.Analysis;

/// <summary>
/// The curvature of an unshared problem as tied weights see it: along the subspace {S·θ} that they can move in, across it, where only untied weights
/// can go, and between the two. QᵀHQ for an orthonormal basis Q whose first vectors span the subspace: S(SᵀS)^−½.
/// </summary>
public sealed class TiedCurvature
{
    private TiedCurvature(Matrix<double> shared, Matrix<double> along, Matrix<double> across, double coupling) =>
        (Shared, Along, Across, Coupling) = (shared, along, across, coupling);

    /// <summary>Sᵀ·H·S, [free, free]: the Hessian of the shared problem at weights S·θ.</summary>
    public Matrix<double> Shared { get; }

    /// <summary>The block of QᵀHQ within the subspace, [free, free]: curvature per unit of distance in the space of full weights.</summary>
    public Matrix<double> Along { get; }

    /// <summary>The block of QᵀHQ orthogonal to the subspace, [entries − free, entries − free].</summary>
    public Matrix<double> Across { get; }

    /// <summary>
    /// The share of the off-diagonal blocks in the Frobenius norm of H, 0 to 1: 0 when the subspace and its complement are curved independently of
    /// each other.
    /// </summary>
    public double Coupling { get; }

    /// <summary>The parts of a Hessian.</summary>
    /// <param name="unshared">H, symmetric, [entries, entries] in the order of the tyings' full entries.</param>
    /// <param name="tyings">One tying a parameter, in the order of the parameters; <see cref="Tying.Identity"/> for one that is not shared.</param>
    /// <exception cref="ArgumentException">No tying, or the matrix does not have one row and column a full entry.</exception>
    public static TiedCurvature Of(Matrix<double> unshared, params ReadOnlySpan<Tying> tyings)
    {
        ArgumentNullException.ThrowIfNull(unshared);
        (int Entry, int Sign)[][] classes = Classes(tyings, out int[] fixedAtZero);
        int full = fixedAtZero.Length + classes.Sum(uses => uses.Length), free = classes.Length;
        if (full == 0 || unshared.RowCount != full || unshared.ColumnCount != full)
        {
            throw new ArgumentException(
                $"TiedCurvature.Of: a matrix {unshared.RowCount}×{unshared.ColumnCount} for the tyings "
                    + $"{string.Join(" · ", tyings.ToArray().Select(tying => tying.ToString()))}; expected {full}×{full}.", nameof(unshared));
        }

        // QᵀHQ = Qᵀ·(Qᵀ·H)ᵀ for a symmetric H.
        Matrix<double> rotated = Rotated(Rotated(unshared, classes, fixedAtZero).Transpose(), classes, fixedAtZero);
        Matrix<double> along = rotated.SubMatrix(0, free, 0, free);
        double norm = unshared.FrobeniusNorm();
        double between = full == free || free == 0 ? 0 : rotated.SubMatrix(0, free, free, full - free).FrobeniusNorm();
        double[] roots = [.. classes.Select(uses => Math.Sqrt(uses.Length))];
        return new TiedCurvature(
            along.MapIndexed((i, j, value) => value * roots[i] * roots[j]), along,
            full == free ? Matrix<double>.Build.Dense(0, 0) : rotated.SubMatrix(free, full - free, free, full - free),
                norm == 0 ? 0 : Math.Sqrt(2) * between / norm);
    }

    // The full entries of every free value, all parameters after one another; and those fixed at zero.
    private static (int Entry, int Sign)[][] Classes(ReadOnlySpan<Tying> tyings, out int[] fixedAtZero)
    {
        var classes = new List<(int, int)[]>();
        var zeros = new List<int>();
        int first = 0;
        foreach (Tying tying in tyings)
        {
            ArgumentNullException.ThrowIfNull(tying, nameof(tyings));
            var uses = new List<(int, int)>[tying.FreeCount];
            for (int free = 0; free < uses.Length; free++) uses[free] = [];
            IReadOnlyList<(int Full, int Free, int Sign)> basis = tying.Basis();
            foreach ((int entry, int free, int sign) in basis) uses[free].Add((first + entry, sign));
            zeros.AddRange(Enumerable.Range(0, tying.FullShape.Count).Except(basis.Select(entry => entry.Full)).Select(entry => first + entry));
            classes.AddRange(uses.Select(entries => entries.ToArray()));
            first += tying.FullShape.Count;
        }

        fixedAtZero = [.. zeros];
        return [.. classes];
    }

    // Qᵀ·M. For a free value used n times: the mean direction Σ sᵢeᵢ/√n in front, and behind it Helmert's n − 1 contrasts (Σ_{i<j} sᵢeᵢ −
    // j·sⱼeⱼ)/√(j(j+1)); running sums make it linear in the entries.
    private static Matrix<double> Rotated(Matrix<double> matrix, (int Entry, int Sign)[][] classes, int[] fixedAtZero)
    {
        int columns = matrix.ColumnCount;
        var rows = new double[matrix.RowCount][];
        int next = classes.Length;
        for (int free = 0; free < classes.Length; free++)
        {
            (int Entry, int Sign)[] uses = classes[free];
            var sum = new double[columns];
            for (int j = 0; j < uses.Length; j++)
            {
                double[] row = [.. matrix.Row(uses[j].Entry)];
                int sign = uses[j].Sign;
                if (j > 0)
                {
                    double scale = 1 / Math.Sqrt(j * (j + 1.0));
                    rows[next++] = [.. sum.Select((value, c) => scale * (value - j * sign * row[c]))];
                }

                for (int c = 0; c < columns; c++) sum[c] += sign * row[c];
            }

            double mean = 1 / Math.Sqrt(uses.Length);
            rows[free] = [.. sum.Select(value => mean * value)];
        }

        foreach (int entry in fixedAtZero) rows[next++] = [.. matrix.Row(entry)];
        return Matrix<double>.Build.DenseOfRowArrays(rows);
    }
}
