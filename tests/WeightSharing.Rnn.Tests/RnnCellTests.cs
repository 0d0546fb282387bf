using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class RnnCellTests
{
    [Fact]
    public void Names_shapes_and_one_step_are_PyTorchs()
    {
        var cell = new RnnCell<double>(3, 4, RnnNonlinearity.Relu);
        cell.Initialize(seed: 1);
        Assert.Equal(
            [("weight_ih", new Shape(4, 3)), ("weight_hh", new Shape(4, 4)), ("bias_ih", new Shape(4)), ("bias_hh", new Shape(4))],
            cell.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        Tensor<double> x = Close.Normal([2, 3], 2), h = Close.Normal([2, 4], 3);
        Tensor<double> expected = (x.Linear(cell.InputWeight.Value, cell.InputBias!.Value) + h.Linear(cell.RecurrentWeight.Value, cell.RecurrentBias!.Value)).Relu();
        Close.To(expected, cell.Forward(x, h), 1e-14);
        Close.To(expected.Select(0, 1), cell.Forward(x.Select(0, 1), h.Select(0, 1)), 1e-14);
        Close.To(cell.Forward(x, Tensor.Zeros<double>(2, 4)), cell.Forward(x), 1e-15);
        Assert.Null(new RnnCell<double>(3, 4, bias: false).InputBias);
    }

    [Fact]
    public void The_ledger_tells_the_steps_of_a_loop_apart()
    {
        var cell = new RnnCell<double>(2, 3);
        cell.Initialize(seed: 1);
        Tensor<double> x = Close.Normal([4, 2, 2], 2);
        using (UsageLedger.TrackContributions())
        {
            Tensor<double>? h = null;
            for (int t = 0; t < 4; t++) h = cell.Forward(x.Select(0, t), h, step: t);
            h!.Sum().Backward();
        }

        IReadOnlyList<Usage<double>> uses = cell.RecurrentWeight.Parameter.Ledger.Usages;
        Assert.Equal(Enumerable.Range(0, 4).Select(Site.Step), uses.Select(usage => usage.Site));
        Close.To(cell.RecurrentWeight.Parameter.Gradient!, uses.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b), 1e-12);
    }

    [Fact]
    public void A_recurrent_weight_may_be_tied_and_the_copy_keeps_the_tying()
    {
        // A circulant weight: every row is the one above, shifted.
        Tying circulant = Tying.Circulant(4);
        var cell = new RnnCell<double>(2, 4, recurrentWeight: new Weight<double>(new Parameter<double>(circulant.FreeCount, Initializer.FanInUniform, new Fan(4, 4))).Through(circulant));
        cell.Initialize(seed: 1);
        Assert.Equal(4, cell.RecurrentWeight.Parameter.Count);
        Tensor<double> x = Close.Normal([3, 2], 2), h = Close.Normal([3, 4], 3);
        cell.Forward(x, h).Sum().Backward();
        Assert.Equal(new Shape(4), cell.RecurrentWeight.Parameter.Gradient!.Shape);
        RnnCell<double> copy = cell.Clone();
        Assert.Equal(4, copy.RecurrentWeight.Parameter.Count);
        Assert.Equal(cell.Forward(x, h).ToArray(), copy.Forward(x, h).ToArray());
    }

    [Fact]
    public void Errors_name_the_cell_the_shapes_and_the_rule()
    {
        var cell = new RnnCell<double>(2, 3);
        cell.Initialize(seed: 1);
        Tensor<double> x = Tensor.Zeros<double>(4, 2);
        Assert.Equal(
            "RnnCell: input [4, 3]; expected [N, 2], or [2] without a batch.", Assert.Throws<ArgumentException>(() => cell.Forward(Tensor.Zeros<double>(4, 3))).Message);
        Assert.Equal(
            "RnnCell: state [4, 2] for input [4, 2]; it must be [4, 3].", Assert.Throws<ArgumentException>(() => cell.Forward(x, Tensor.Zeros<double>(4, 2))).Message);
        Assert.StartsWith(
            "RnnCell: 0 inputs, 3 units; each must be at least 1.", Assert.Throws<ArgumentOutOfRangeException>(() => new RnnCell<double>(0, 3)).Message, StringComparison.Ordinal);
        Assert.Equal(
            "RnnCell: the shared weight has shape [3, 2]; the layer needs [3, 3].",
            Assert.Throws<ArgumentException>(() => new RnnCell<double>(2, 3, recurrentWeight: new Parameter<double>([3, 2]))).Message);
    }
}
