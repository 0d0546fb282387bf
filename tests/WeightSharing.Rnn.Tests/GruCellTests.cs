using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GruCellTests
{
    [Fact]
    public void Gates_stand_in_PyTorchs_order_r_z_n_and_the_reset_gate_scales_the_recurrent_part()
    {
        var cell = new GruCell<double>(1, 1);
        cell.Initialize(seed: 1);
        foreach (Sharing.Parameter<double> parameter in cell.Parameters) parameter.Set(Tensor.Zeros<double>(parameter.Shape));
        cell.InputBias!.Parameter.Set(Tensor.From(0.1, 0.2, 0.3));
        cell.RecurrentBias!.Parameter.Set(Tensor.From(0, 0, 0.7));
        cell.RecurrentWeight.Parameter.Set(Tensor.From([0, 0, 0.5], [3, 1]));
        double h = cell.Forward(Tensor.Zeros<double>(1, 1), Tensor.Full<double>([1, 1], 2)).Item();
        double Sigma(double a) => 1 / (1 + Math.Exp(-a));
        double z = Sigma(0.2), n = Math.Tanh(0.3 + Sigma(0.1) * (0.5 * 2 + 0.7));
        Assert.Equal((1 - z) * n + z * 2, h, 1e-14);
    }

    [Fact]
    public void A_copy_computes_the_same()
    {
        var cell = new GruCell<double>(2, 3, bias: false);
        cell.Initialize(seed: 1);
        Tensor<double> x = Close.Normal([2, 2], 2);
        Assert.Equal(cell.Forward(x).ToArray(), cell.Clone().Forward(x).ToArray());
    }
}
