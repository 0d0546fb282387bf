using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class SparseMatrixTests
{
    /// <summary>A random matrix whose entries are mostly zero; row 1 and column 2 are empty.</summary>
    internal static Tensor<double> Sparse(int rows, int columns, string name = "sparse")
    {
        Tensor<double> values = Expect.Values([rows, columns], name), chosen = Expect.Between(0, 1, [rows, columns], name + " places");
        for (int i = 0; i < values.Count; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            if (chosen[row, column] > 0.4 || row == 1 || column == 2) values[row, column] = 0;
        }

        return values;
    }

    [Fact]
    public void Dense_and_back_is_the_identity()
    {
        Tensor<double> dense = Sparse(5, 7);
        SparseMatrix<double> sparse = SparseMatrix<double>.FromDense(dense);
        Assert.Equal([5, 7], sparse.Shape.ToArray());
        Expect.Bitwise(dense, sparse.ToDense());
        Expect.Bitwise(dense.Transpose().Contiguous(), sparse.Transpose().ToDense());
        Expect.Bitwise(dense, SparseMatrix<double>.FromDense(Expect.Strided(dense)).ToDense());
        Assert.Equal($"SparseMatrix<Double> [5, 7] with {sparse.Pattern.Count} entries", sparse.ToString());
    }

    [Fact]
    public void Entries_in_one_place_add_up() => Expect.Bitwise(
        Tensor.From(new double[,] { { 0, 5 }, { 2, 0 } }), SparseMatrix<double>.FromEntries(2, 2, [0, 1, 0], [1, 0, 1], [1.0, 2, 4]).ToDense());

    [Fact]
    public void Gradients_flow_to_the_values()
    {
        SparsePattern pattern = SparseMatrix<double>.FromDense(Sparse(4, 5)).Pattern;
        Tensor<double> values = Expect.Values([pattern.Count]);
        Expect.Gradients(v => new SparseMatrix<double>(pattern, v).ToDense().Pow(2.0), values);
        Expect.Gradients(v => new SparseMatrix<double>(pattern, v).Transpose().Values.Pow(2.0), values);
    }

    [Fact]
    public void Other_values_take_the_same_places()
    {
        SparseMatrix<double> matrix = SparseMatrix<double>.FromDense(Sparse(4, 5));
        Expect.Bitwise(matrix.ToDense() * 2.0, matrix.WithValues(matrix.Values * 2.0).ToDense());
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        SparsePattern pattern = SparsePattern.FromRows(2, [0, 1], [1]);
        Expect.Throws<ArgumentException>("SparseMatrix: values [2] for [1, 2] with 1 entries; there must be one for each entry.", () => new SparseMatrix<double>(pattern, Expect.Values([2])));
        Expect.Throws<ArgumentException>("SparseMatrix: 1 values for 2 entries; there must be one for each.", () => SparseMatrix<double>.FromEntries(2, 2, [0, 1], [0, 1], [1.0]));
        Expect.Throws<ArgumentException>("SparseMatrix: the tensor [3] is no matrix.", () => SparseMatrix<double>.FromDense(Expect.Values([3])));
        Assert.Throws<OverflowException>(() => new SparseMatrix<double>(SparsePattern.FromEntries(100_000, 100_000, [], [], out _), Tensor.Zeros<double>([0])).ToDense());
    }
}
