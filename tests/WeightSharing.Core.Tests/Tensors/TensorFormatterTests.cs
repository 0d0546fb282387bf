using WeightSharing.Tensors;

namespace WeightSharing.Tests.Tensors;

public class TensorFormatterTests
{
    [Fact]
    public void Scalars_and_empty_tensors_take_one_line()
    {
        Assert.Equal("Tensor<double> [] 2.5", Tensor.Scalar(2.5).ToString());
        Assert.Equal("Tensor<float> [0, 3] (empty)", Tensor.Zeros<float>([0, 3]).ToString());
    }

    [Fact]
    public void Rows_are_aligned()
    {
        Assert.Equal("Tensor<int> [3]\n[ 1, 20,  3]", Tensor.From(1, 20, 3).ToString());
        Assert.Equal("Tensor<bool> [2]\n[ true, false]", Tensor.From(true, false).ToString());
        Assert.Equal("Tensor<double> [2, 2]\n[[   1, -2.5],\n [   0, 0.25]]", Tensor.From(new[,] { { 1, -2.5 }, { 0, 0.25 } }).ToString());
        Assert.Equal("Tensor<int> [2, 1, 2]\n[[[0, 1]],\n\n [[2, 3]]]", Tensor.Arange<int>(4).Reshape(2, 1, 2).ToString());
    }

    [Fact]
    public void Views_show_their_own_order()
    {
        Assert.Equal("Tensor<int> [2, 2]\n[[0, 2],\n [1, 3]]", Tensor.Arange<int>(4).Reshape(2, 2).Transpose().ToString());
    }

    [Fact]
    public void Numbers_show_four_digits_and_powers_where_those_would_hide_them()
    {
        Assert.Equal("Tensor<double> [] 0.3333", Tensor.Scalar(1.0 / 3).ToString());
        Assert.Equal("Tensor<double> [] 1.2346e-5", Tensor.Scalar(1.23456e-5).ToString());
        Assert.Equal("Tensor<float> [] 3e+8", Tensor.Scalar(3e8f).ToString());
        Assert.Equal("Tensor<double> [3]\n[     NaN, Infinity,        0]", Tensor.From(double.NaN, double.PositiveInfinity, 0).ToString());
    }

    [Fact]
    public void The_middle_of_many_is_left_out()
    {
        Assert.Equal("Tensor<int> [2000]\n[   0,    1,    2, …, 1997, 1998, 1999]", Tensor.Arange<int>(2000).ToString());
        string[] lines = Tensor.Zeros<int>([100, 100]).ToString().Split('\n');
        Assert.Equal(8, lines.Length);
        Assert.Equal(" …,", lines[4]);
        Assert.Equal(" [0, 0, 0, …, 0, 0, 0],", lines[2]);
    }
}
