using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class LstmCellTests
{
    [Fact]
    public void Gates_stand_in_PyTorchs_order_i_f_g_o()
    {
        var cell = new LstmCell<double>(1, 1, bias: true);
        cell.Initialize(seed: 1);
        foreach (Sharing.Parameter<double> parameter in cell.Parameters) parameter.Set(Tensor.Zeros<double>(parameter.Shape));
        cell.InputBias!.Parameter.Set(Tensor.From(0.1, 0.2, 0.3, 0.4));
        LstmState<double> state = cell.Forward(Tensor.Zeros<double>(1, 1), new LstmState<double>(Tensor.Zeros<double>(1, 1), Tensor.Full<double>([1, 1], 2)));
        double Sigma(double a) => 1 / (1 + Math.Exp(-a));
        double c = Sigma(0.2) * 2 + Sigma(0.1) * Math.Tanh(0.3);
        Assert.Equal(c, state.Cell.Item(), 1e-14);
        Assert.Equal(Sigma(0.4) * Math.Tanh(c), state.Hidden.Item(), 1e-14);
    }

    [Fact]
    public void A_step_without_a_batch_and_without_a_state_is_one_from_zeros()
    {
        var cell = new LstmCell<double>(2, 3);
        cell.Initialize(seed: 1);
        Tensor<double> x = Close.Normal([2, 2], 2);
        LstmState<double> all = cell.Forward(x), one = cell.Forward(x.Select(0, 1));
        Close.To(all.Hidden.Select(0, 1), one.Hidden, 1e-15);
        Close.To(all.Cell.Select(0, 1), one.Cell, 1e-15);
        LstmCell<double> copy = cell.Clone();
        Assert.Equal(all.Cell.ToArray(), copy.Forward(x).Cell.ToArray());
    }

    [Fact]
    public void A_cell_of_the_wrong_shape_is_an_error()
    {
        var cell = new LstmCell<double>(2, 3);
        cell.Initialize(seed: 1);
        Assert.Equal(
            "LstmCell: cell [1, 3] for input [4, 2]; it must be [4, 3].",
            Assert.Throws<ArgumentException>(
                () => cell.Forward(Tensor.Zeros<double>(4, 2), new LstmState<double>(Tensor.Zeros<double>(4, 3), Tensor.Zeros<double>(1, 3)))).Message);
    }
}
