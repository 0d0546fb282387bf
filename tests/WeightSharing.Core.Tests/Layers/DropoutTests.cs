using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class DropoutTests
{
    [Fact]
    public void The_share_dropped_and_the_mean_are_as_asked()
    {
        var dropout = new Dropout<double>(0.3);
        dropout.Initialize(1);
        double[] y = dropout.Forward(Tensor.Ones<double>(100_000)).ToArray();
        Assert.All(y, value => Assert.True(value == 0 || Math.Abs(value - 1 / 0.7) < 1e-15));
        // Six standard deviations of a share of 100 000.
        Assert.InRange(y.Count(value => value == 0) / 100_000.0, 0.3 - 0.0087, 0.3 + 0.0087);
        Assert.InRange(y.Average(), 1 - 0.0125, 1 + 0.0125);
    }

    [Fact]
    public void Nothing_is_dropped_in_evaluation_or_with_probability_zero()
    {
        Tensor<double> x = Expect.Values([100]);
        var dropout = new Dropout<double>();
        dropout.Evaluate();
        Assert.Same(x, dropout.Forward(x));
        Assert.Same(x, new Dropout<double>(0).Forward(x));
        Assert.Equal(0, dropout.Draws);
        Assert.Equal(0.5, dropout.Probability);
    }

    [Fact]
    public void Everything_is_dropped_with_probability_one()
    {
        Tensor<double> x = Expect.Values([10]).RequireGradient();
        Tensor<double> y = new Dropout<double>(1).Forward(x);
        Assert.Equal(new double[10], y.ToArray());
        y.Sum().Backward();
        Assert.Equal(new double[10], x.Gradient!.ToArray());
    }

    [Fact]
    public void Masks_differ_from_draw_to_draw_and_repeat_from_the_same_number()
    {
        Tensor<double> x = Tensor.Ones<double>(200);
        var dropout = new Dropout<double>();
        dropout.Initialize(1);
        double[] first = dropout.Forward(x).ToArray(), second = dropout.Forward(x).ToArray();
        Assert.NotEqual(first, second);
        Assert.Equal(2, dropout.Draws);
        dropout.Draws = 1;
        Assert.Equal(second, dropout.Forward(x).ToArray());
        dropout.Initialize(1);
        Assert.Equal(first, dropout.Forward(x).ToArray());
        dropout.Initialize(2);
        Assert.NotEqual(first, dropout.Forward(x).ToArray());
    }

    [Fact]
    public void Layers_of_different_names_draw_different_masks()
    {
        Tensor<double> x = Tensor.Ones<double>(200);
        var model = new Sequential<double>(new Dropout<double>(), new Dropout<double>());
        model.Initialize(1);
        Assert.NotEqual(model[0].Forward(x).ToArray(), model[1].Forward(x).ToArray());
    }

    [Fact]
    public void Gradients_pass_where_values_pass()
    {
        var dropout = new Dropout<double>(0.4);
        Tensor<double> mask = dropout.Forward(Tensor.Ones<double>([2, 5])).Detach();
        Expect.Gradients(x =>
        {
            dropout.Draws = 0;
            return dropout.Forward(x);
        }, Expect.Values([2, 5]));
        dropout.Draws = 0;
        Tensor<double> leaf = Expect.Values([2, 5]).RequireGradient();
        dropout.Forward(leaf).Sum().Backward();
        Expect.Close(mask, leaf.Gradient!, 1e-15);
    }

    [Fact]
    public void A_probability_outside_zero_to_one_is_refused()
    {
        foreach (double probability in (double[])[-0.1, 1.1, double.NaN])
        {
            Expect.Throws<ArgumentOutOfRangeException>($"Dropout: probability {probability}; expected 0 to 1.", () => new Dropout<float>(probability));
        }
    }

    [Fact]
    public void Whole_maps_are_dropped_or_kept()
    {
        var layer = new Dropout2d<double>(0.25);
        layer.Initialize(seed: 2);
        Tensor<double> y = layer.Forward(Tensor.Ones<double>(40, 50, 2, 3));
        double[] maps = y.Mean([2, 3]).ToArray();
        Assert.All(maps, mean => Assert.True(mean == 0 || Math.Abs(mean - 4 / 3.0) < 1e-12));
        // Four standard deviations of the share of 2000 maps.
        Assert.Equal(0.25, maps.Count(mean => mean == 0) / 2000.0, 0.039);
        var twin = layer.Clone();
        Expect.Bitwise(layer.Forward(Tensor.Ones<double>(4, 5, 6)), twin.Forward(Tensor.Ones<double>(4, 5, 6)));
        Expect.Throws<ArgumentException>("Dropout2d: input [4, 5]; expected [N, C, ..] with at least one spatial dimension.", () => layer.Forward(Tensor.Ones<double>(4, 5)));
        Expect.Throws<ArgumentOutOfRangeException>("Dropout2d: probability 2; expected 0 to 1.", () => new Dropout2d<double>(2));
        layer.Evaluate();
        Expect.Bitwise(Tensor.Ones<double>(4, 5), layer.Forward(Tensor.Ones<double>(4, 5)));
    }
}
