using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

/// <summary>A recurrent net of any kind under one signature: outputs, and all that makes up its final state side by side.</summary>
internal sealed class AnyNet
{
    private readonly Func<Tensor<double>, Tensor<double>?, int[], (Tensor<double> Output, Tensor<double> State)> forward;

    private AnyNet(RecurrentNet<double> net, Func<Tensor<double>, Tensor<double>?, int[], (Tensor<double> Output, Tensor<double> State)> forward)
    {
        Net = net;
        this.forward = forward;
        net.Initialize(seed: 1);
    }

    public RecurrentNet<double> Net { get; }

    public static AnyNet Of(string kind, int inputs, int hidden, int layers = 1, bool bias = true, bool batchFirst = false, bool bidirectional = false, double dropout = 0) =>
        kind switch
        {
            "lstm" => For(new Lstm<double>(inputs, hidden, layers, bias, batchFirst, dropout, bidirectional)),
            "gru" => For(new Gru<double>(inputs, hidden, layers, bias, batchFirst, dropout, bidirectional)),
            _ => For(new Rnn<double>(
                inputs, hidden, layers, kind == "relu" ? RnnNonlinearity.Relu : RnnNonlinearity.Tanh, bias, batchFirst, dropout, bidirectional)),
        };

    public static AnyNet For(Rnn<double> net) => new(net, (x, h, lengths) => Pair(net.Forward(x, h, lengths)));

    public static AnyNet For(Gru<double> net) => new(net, (x, h, lengths) => Pair(net.Forward(x, h, lengths)));

    public static AnyNet For(Lstm<double> net) => new(net, (x, h, lengths) =>
    {
        LstmState<double>? initial = h is null ? null : new(h, h * 0.5);
        (Tensor<double> output, (Tensor<double> hidden, Tensor<double> cell)) = net.Forward(x, initial, lengths);
        return (output, Tensor.Concat<double>([hidden, cell], -1));
    });

    /// <summary>All steps; an LSTM's cell begins as half of its hidden state.</summary>
    public (Tensor<double> Output, Tensor<double> State) Forward(Tensor<double> x, Tensor<double>? state = null, params int[] lengths) => forward(x, state, lengths);

    private static (Tensor<double> Output, Tensor<double> State) Pair(RecurrentOutput<double> output) => (output.Output, output.State);
}
