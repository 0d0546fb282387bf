using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MatMulTests
{
    private static Tensor<double> Loop(Tensor<double> a, Tensor<double> b)
    {
        Tensor<double> y = Tensor.Zeros<double>([a.Shape[0], b.Shape[1]]);
        for (int i = 0; i < y.Count; i++)
        {
            int row = i / b.Shape[1], column = i % b.Shape[1];
            for (int k = 0; k < a.Shape[1]; k++) y[row, column] += a[row, k] * b[k, column];
        }

        return y;
    }

    [Fact]
    public void Matrices_multiply_whatever_their_layout()
    {
        Tensor<double> a = Expect.Values([5, 7], "a"), b = Expect.Values([7, 3], "b"), expected = Loop(a, b);
        foreach (Tensor<double> left in (Tensor<double>[])[a, Expect.Strided(a), a.Transpose().Contiguous().Transpose()])
        {
            foreach (Tensor<double> right in (Tensor<double>[])[b, Expect.Strided(b), b.Transpose().Contiguous().Transpose()])
            {
                Expect.Close(expected, left.MatMul(right), 1e-14);
            }
        }
    }

    [Fact]
    public void Vectors_are_rows_on_the_left_and_columns_on_the_right()
    {
        Tensor<double> a = Tensor.From(1.0, 2.0), m = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([9.0, 12.0, 15.0], a.MatMul(m).ToArray());
        Assert.Equal(new Shape(3), a.MatMul(m).Shape);
        Assert.Equal([14.0, 32.0], m.MatMul(Tensor.From(1.0, 2.0, 3.0)).ToArray());
        Assert.Equal(5, a.MatMul(a).Item());
        Assert.Equal(new Shape(4, 3), a.MatMul(Tensor.Zeros<double>([4, 2, 3])).Shape);
        Assert.Equal(new Shape(4, 2), Tensor.Zeros<double>([4, 2, 3]).MatMul(Tensor.Zeros<double>(3)).Shape);
    }

    [Fact]
    public void Leading_dimensions_broadcast()
    {
        foreach ((Shape left, Shape right, Shape leading) in ((Shape, Shape, Shape)[])
            [([4, 2, 3], [4, 3, 5], [4]), ([4, 2, 3], [3, 5], [4]), ([2, 3], [4, 3, 5], [4]), ([2, 1, 2, 3], [4, 3, 5], [2, 4]), ([2, 4, 2, 3], [1, 4, 3, 5], [2, 4]), ([3, 1, 2, 2, 3], [4, 1, 3, 5], [3, 4, 2])])
        {
            Tensor<double> a = Expect.Values(left, "a"), b = Expect.Values(right, "b"), y = a.MatMul(b);
            Assert.Equal(leading.Concat([2, 5]), y.Shape);
            Tensor<double> wideA = a.BroadcastTo(leading.Concat([2, 3])).Reshape(-1, 2, 3), wideB = b.BroadcastTo(leading.Concat([3, 5])).Reshape(-1, 3, 5);
            Tensor<double> flat = y.Reshape(-1, 2, 5);
            for (int i = 0; i < flat.Shape[0]; i++) Expect.Close(Loop(wideA.Select(0, i), wideB.Select(0, i)), flat.Select(0, i), 1e-14);
            Expect.Close(y, Expect.Strided(a).MatMul(Expect.Strided(b)), 1e-14);
        }
    }

    [Fact]
    public void An_empty_inner_dimension_gives_zeros()
    {
        Assert.Equal(new double[6], Tensor.Zeros<double>([2, 0]).MatMul(Tensor.Zeros<double>([0, 3])).ToArray());
        Assert.Equal(new double[12], Tensor.Zeros<double>([2, 2, 0]).MatMul(Tensor.Zeros<double>([0, 3])).ToArray());
        Assert.Equal(new double[12], Tensor.Zeros<double>([2, 2, 0]).MatMul(Tensor.Zeros<double>([2, 0, 3])).ToArray());
        Expect.Empty(xs => xs[0].MatMul(xs[1]), [2, 3], [2, 0], [0, 3]);
        Expect.Empty(xs => xs[0].MatMul(xs[1]), [0, 3], [0, 2], [2, 3]);
        Expect.Empty(xs => xs[0].MatMul(xs[1]), [2, 0], [2, 2], [2, 0]);
        Expect.Empty(xs => xs[0].MatMul(xs[1]), [0, 2, 3], [0, 2, 2], [2, 3]);
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([2, 3], "a"), Expect.Values([3, 2], "b"));
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([3], "a"), Expect.Values([3, 2], "b"));
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([2, 3], "a"), Expect.Values([3], "b"));
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([3], "a"), Expect.Values([3], "b"));
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([2, 2, 3], "a"), Expect.Values([3, 2], "b"));
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([2, 3], "a"), Expect.Values([2, 3, 2], "b"));
        Expect.Gradients((a, b) => a.MatMul(b), Expect.Values([2, 1, 2, 2], "a"), Expect.Values([3, 2, 1], "b"));
        Expect.Gradients(x => x.MatMul(x), Expect.Values([3, 3]));
        Expect.Gradients(x => x.MatMul(x.Transpose()), Expect.Values([2, 3]));
        Expect.Gradients(x => x.MatMul(x).Tanh().MatMul(x), Expect.Values([2, 2]));
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>(
            "MatMul: inner dimensions differ: left [32, 784] · right [512, 10]; left's last (784) must equal right's first (512).",
            () => Tensor.Zeros<double>([32, 784]).MatMul(Tensor.Zeros<double>([512, 10])));
        Expect.Throws<ArgumentException>(
            "MatMul: inner dimensions differ: left [2, 3] · right [5, 4, 2]; left's last (3) must equal right's second to last (4).",
            () => Tensor.Zeros<double>([2, 3]).MatMul(Tensor.Zeros<double>([5, 4, 2])));
        Expect.Throws<ArgumentException>(
            "MatMul: inner dimensions differ: left [2, 3] · right [4]; left's last (3) must equal right's only one (4).",
            () => Tensor.Zeros<double>([2, 3]).MatMul(Tensor.Zeros<double>(4)));
        Expect.Throws<ArgumentException>(
            "MatMul: a scalar operand: left [] · right [2]; multiply by a scalar with *.", () => Tensor.Scalar(1.0).MatMul(Tensor.Zeros<double>(2)));
        Expect.Throws<ArgumentException>(
            "MatMul: leading dimensions: shapes do not broadcast: left [2] · right [3]; dimension -1 is 2 on the left and 3 on the right, they must be equal or one of them 1.",
            () => Tensor.Zeros<double>([2, 4, 4]).MatMul(Tensor.Zeros<double>([3, 4, 4])));
    }

    [Fact]
    public void Sums_over_nothing_are_zero_whatever_the_operands_are_views_of()
    {
        Tensor<double> a = Expect.Values([2, 3]).Slice(1, 3, 3), b = Expect.Values([3, 4]).Slice(0, 3, 3);
        Expect.Close(Tensor.Zeros<double>([2, 4]), a.MatMul(b), 0);
        Tensor<double> empty = Tensor.Zeros<double>([2, 0, 3]).Permute(0, 2, 1).Slice(1, 2, 3);
        Expect.Close(Tensor.Zeros<double>([2, 1, 4]), empty.MatMul(Tensor.Zeros<double>([0, 4])), 0);
    }
}
