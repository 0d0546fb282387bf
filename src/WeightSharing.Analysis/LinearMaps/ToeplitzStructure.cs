using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>How far a matrix is from being Toeplitz in blocks: measured against the nearest such matrix, the mean along every diagonal.</summary>
/// <param name="Residual">‖A − nearest‖, Frobenius.</param>
/// <param name="Norm">‖A‖, Frobenius.</param>
/// <param name="FreeCount">Free values of the structure: the diagonals.</param>
/// <param name="Nearest">The nearest matrix of the structure.</param>
public sealed record ToeplitzStructure(double Residual, double Norm, int FreeCount, Matrix<double> Nearest)
{
    /// <summary>Residual / norm, from 0 (exactly Toeplitz in blocks) to 1; 0 for a matrix of zeros.</summary>
    public double Distance => Norm == 0 ? 0 : Residual / Norm;

    /// <summary>
    /// Measures a matrix [Cout·outH·outW, Cin·H·W] against doubly block Toeplitz structure: for every channel pair the entry at rows (i, j) and columns (y, x) depends
    /// on y − i and x − j alone.
    /// </summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="outputSize">outH and outW; height 1 for sequences.</param>
    /// <param name="inputSize">H and W; height 1 for sequences.</param>
    /// <param name="circular">Differences count modulo the size, which must then be the same for input and output.</param>
    /// <exception cref="ArgumentException">The sizes do not divide the matrix, or differ though it is circular.</exception>
    public static ToeplitzStructure Measure(Matrix<double> matrix, Size2 outputSize, Size2 inputSize, bool circular = false)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        Tying tying = TyingOf(matrix.RowCount, matrix.ColumnCount, outputSize, inputSize, circular);
        double[] rowMajor = matrix.ToRowMajorArray();
        Tensor<double> full = Tensor.Wrap(rowMajor, tying.FullShape), nearest = tying.Project(full);
        return new ToeplitzStructure(
            tying.Distance(full), matrix.FrobeniusNorm(), tying.FreeCount,
            Matrix<double>.Build.DenseOfRowMajor(matrix.RowCount, matrix.ColumnCount, nearest.ToArray()));
    }

    /// <summary>The structure as a tying of the matrix's entries: one free value a channel pair and difference of places.</summary>
    /// <exception cref="ArgumentException">The sizes do not divide the matrix, or differ though it is circular.</exception>
    public static Tying TyingOf(int rows, int columns, Size2 outputSize, Size2 inputSize, bool circular = false)
    {
        if (outputSize.Area < 1 || inputSize.Area < 1 || rows % outputSize.Area != 0 || columns % inputSize.Area != 0)
        {
            throw new ArgumentException($"ToeplitzStructure: a matrix {rows}×{columns} for outputs of {outputSize} and inputs of {inputSize}; rows must be a multiple of {outputSize.Area}, columns of {inputSize.Area}.");
        }

        if (circular && outputSize != inputSize)
        {
            throw new ArgumentException($"ToeplitzStructure: a circular structure with outputs of {outputSize} and inputs of {inputSize}; they must be equal.");
        }

        // One number a class of entries, then renumbered in the order of first use: every class has an entry.
        int heights = circular ? inputSize.Height : inputSize.Height + outputSize.Height - 1, widths = circular ? inputSize.Width : inputSize.Width + outputSize.Width - 1;
        int channels = columns / inputSize.Area;
        var number = new int[rows / outputSize.Area * channels * heights * widths];
        Array.Fill(number, -1);
        var index = new int[rows * columns];
        int next = 0;
        for (int i = 0; i < index.Length; i++)
        {
            int row = i / columns, column = i % columns, output = row % outputSize.Area, input = column % inputSize.Area;
            int dy = Difference(input / inputSize.Width - output / outputSize.Width, outputSize.Height, heights);
            int dx = Difference(input % inputSize.Width - output % outputSize.Width, outputSize.Width, widths);
            int pair = row / outputSize.Area * channels + column / inputSize.Area;
            ref int own = ref number[(pair * heights + dy) * widths + dx];
            if (own < 0) own = next++;
            index[i] = own;
        }

        return Tying.Of(circular ? "doubly block circulant" : "doubly block Toeplitz", [rows, columns], index);

        int Difference(int difference, int extent, int count) => circular ? (difference + count) % count : difference + extent - 1;
    }
}
