using WeightSharing.Tensors;
using WeightSharing.Tests.Support;
using WeightSharing.Tests.Tensors;

namespace WeightSharing.Tests.Operations;

public class SparseMatMulTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(70)]
    public void The_product_is_that_of_the_dense_matrix(int columns)
    {
        Tensor<double> dense = SparseMatrixTests.Sparse(9, 11), x = Expect.Values([11, columns]);
        SparseMatrix<double> sparse = SparseMatrix<double>.FromDense(dense);
        Expect.Close(dense.MatMul(x), sparse.MatMul(x), 1e-14);
        Expect.Close(dense.MatMul(x), sparse.MatMul(Expect.Strided(x)), 1e-14);
        Expect.Close(dense.Transpose().MatMul(dense.MatMul(x)), sparse.Transpose().MatMul(sparse.MatMul(x)), 1e-13);
    }

    [Fact]
    public void A_vector_counts_as_a_column() => Expect.Close(
        Tensor.From(2.0, 0), SparseMatrix<double>.FromDense(Tensor.From(new double[,] { { 0, 2 }, { 0, 0 } })).MatMul(Tensor.From(3.0, 1)), 0);

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        SparsePattern pattern = SparseMatrix<double>.FromDense(SparseMatrixTests.Sparse(4, 5)).Pattern;
        Expect.Gradients((values, x) => new SparseMatrix<double>(pattern, values).MatMul(x), Expect.Values([pattern.Count], "v"), Expect.Values([5, 3], "x"));
        Expect.Gradients((values, x) => new SparseMatrix<double>(pattern, values.Tanh()).MatMul(x.Tanh()), Expect.Values([pattern.Count], "v"), Expect.Values([5], "x"));
        SparsePattern square = SparsePattern.FromRows(3, [0, 2, 2, 3], [0, 2, 1]);
        Expect.Gradients(x => new SparseMatrix<double>(square, x).MatMul(new SparseMatrix<double>(square, x).MatMul(x)), Expect.Values([3]));
    }

    [Fact]
    public void Empty_matrices_give_zeros()
    {
        SparseMatrix<double> none = new(SparsePattern.FromEntries(3, 2, [], [], out _), Tensor.Zeros<double>([0]));
        Expect.Bitwise(Tensor.Zeros<double>(3, 4), none.MatMul(Tensor.Ones<double>(2, 4)));
        Expect.Empty(xs => none.MatMul(xs[0]), [3, 4], [2, 4]);
        Expect.Empty(xs => none.WithValues(xs[0]).Transpose().MatMul(xs[1]), [2, 0], [0], [3, 0]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        SparseMatrix<double> a = SparseMatrix<double>.FromDense(Tensor.Ones<double>(2, 3));
        Expect.Throws<ArgumentException>(
            "MatMul: sparse left [2, 3] · right [2, 3]; the right must be a vector or matrix whose first dimension is 3.", () => a.MatMul(Expect.Values([2, 3])));
        Expect.Throws<ArgumentException>("MatMul: sparse left [2, 3] · right [];", () => a.MatMul(Tensor.Scalar(1.0)));
    }
}
