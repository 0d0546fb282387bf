using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class LstmTests
{
    [Fact]
    public void Is_a_loop_of_its_cell()
    {
        var net = new Lstm<double>(3, 4);
        var cell = new LstmCell<double>(3, 4, inputWeight: net.InputWeights[0], recurrentWeight: net.RecurrentWeights[0]);
        cell.Initialize(seed: 2);
        net.Initialize(seed: 1);
        cell.InputBias!.Parameter.Set(net.InputBiases[0].Value);
        cell.RecurrentBias!.Parameter.Set(net.RecurrentBiases[0].Value);
        Tensor<double> x = Close.Normal([5, 2, 3], 2);
        LstmState<double> state = new(Close.Normal([2, 4], 3), Close.Normal([2, 4], 4));
        (Tensor<double> y, (Tensor<double> h, Tensor<double> c)) = net.Forward(x, new LstmState<double>(state.Hidden.Unsqueeze(0), state.Cell.Unsqueeze(0)));
        for (int t = 0; t < 5; t++)
        {
            state = cell.Forward(x.Select(0, t), state);
            Close.To(state.Hidden, y.Select(0, t), 1e-14);
        }

        Close.To(state.Hidden, h.Squeeze(0), 1e-14);
        Close.To(state.Cell, c.Squeeze(0), 1e-14);
    }

    [Fact]
    public void A_sequence_in_parts_is_the_whole_and_a_detached_state_ends_the_gradient()
    {
        var net = new Lstm<double>(2, 3, layers: 2);
        net.Initialize(seed: 1);
        Tensor<double> x = Close.Normal([7, 2, 2], 2);
        (Tensor<double> whole, LstmState<double> last) = net.Forward(x);
        Tensor<double> first = x[..3].Copy().RequireGradient();
        (Tensor<double> begin, LstmState<double> state) = net.Forward(first);
        (Tensor<double> end, LstmState<double> lastOfParts) = net.Forward(x[3..], state);
        Close.To(whole, Tensor.Concat<double>([begin, end], 0), 1e-14);
        Close.To(last.Hidden, lastOfParts.Hidden, 1e-14);
        Close.To(last.Cell, lastOfParts.Cell, 1e-14);
        net.Forward(x[3..], state.Detach()).Output.Sum().Backward();
        Assert.Null(first.Gradient);
        end.Sum().Backward();
        Assert.NotNull(first.Gradient);
    }

    [Fact]
    public void A_cell_of_the_wrong_shape_is_an_error()
    {
        var net = new Lstm<double>(2, 3);
        net.Initialize(seed: 1);
        Tensor<double> x = Tensor.Zeros<double>(4, 5, 2), h = Tensor.Zeros<double>(1, 5, 3);
        Assert.Equal(
            "Lstm: initial cell [1, 5, 2]; it must be [1, 5, 3]: layers times directions, sequences, units.",
            Assert.Throws<ArgumentException>(() => net.Forward(x, new LstmState<double>(h, Tensor.Zeros<double>(1, 5, 2)))).Message);
    }
}
