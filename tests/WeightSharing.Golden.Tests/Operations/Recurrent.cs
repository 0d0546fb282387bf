using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

/// <summary>The recurrent nets as layers, whose weights have a use a step.</summary>
internal sealed class RecurrentLayers : GoldenLayer
{
    public override string Name => "rnn";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        string mode = hp.Required("mode");
        int hidden = hp.Integer("hidden_size"), layers = hp.Integer("num_layers", 1);
        bool both = hp.Flag("bidirectional"), batchFirst = hp.Flag("batch_first"), bias = hp.Flag("bias", missing: true);
        Tensor<T> x = t["x"];
        Tensor<T>? h0 = t.Find("h0"), c0 = t.Find("c0");
        if (mode == "lstm")
        {
            var lstm = new Lstm<T>(x.Shape[2], hidden, layers, bias, batchFirst, bidirectional: both);
            Load(t, lstm);
            (Tensor<T> y, (Tensor<T> hn, Tensor<T> cn)) = lstm.Forward(x, State(h0, c0, layers * (both ? 2 : 1), x.Shape[batchFirst ? 0 : 1], hidden));
            return new() { ["y"] = y, ["hn"] = hn, ["cn"] = cn };
        }

        if (mode == "gru")
        {
            var gru = new Gru<T>(x.Shape[2], hidden, layers, bias, batchFirst, bidirectional: both);
            Load(t, gru);
            return Named(gru.Forward(x, h0));
        }

        RnnNonlinearity nonlinearity = mode == "rnn_relu" ? RnnNonlinearity.Relu : RnnNonlinearity.Tanh;
        var rnn = new Rnn<T>(x.Shape[2], hidden, layers, nonlinearity, bias, batchFirst, bidirectional: both);
        Load(t, rnn);
        return Named(rnn.Forward(x, h0));
    }

    private static Outputs<T> Named<T>(RecurrentOutput<T> output)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new() { ["y"] = output.Output, ["hn"] = output.State };

    private static LstmState<T>? State<T>(Tensor<T>? h0, Tensor<T>? c0, int layers, int batch, int hidden)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => h0 is null && c0 is null
            ? null
            : new(h0 ?? Tensor.Zeros<T>(layers, batch, hidden), c0 ?? Tensor.Zeros<T>(layers, batch, hidden));

    private static void Load<T>(Operands<T> t, RecurrentNet<T> net)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        foreach ((string name, Weight<T> weight) in net.Parameters.Named) t.Load(weight, name);
    }
}

/// <summary>The same by the fused operations alone, one use of a weight for all steps.</summary>
internal sealed class RecurrentOperations : GoldenOperation
{
    public override string Name => "rnn";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        string mode = hp.Required("mode");
        int hidden = hp.Integer("hidden_size"), layers = hp.Integer("num_layers", 1), directions = hp.Flag("bidirectional") ? 2 : 1;
        bool batchFirst = hp.Flag("batch_first"), bias = hp.Flag("bias", missing: true);
        Tensor<T> x = batchFirst ? t["x"].Transpose(0, 1) : t["x"];
        Assert.Equal(hidden, t["weight_hh_l0"].Shape[1]);
        List<Tensor<T>> states = [], cells = [];
        for (int k = 0; k < layers; k++)
        {
            var outputs = new Tensor<T>[directions];
            for (int d = 0; d < directions; d++)
            {
                string suffix = $"_l{k}{(d == 1 ? "_reverse" : "")}";
                Tensor<T> w = t["weight_ih" + suffix], u = t["weight_hh" + suffix];
                Tensor<T>? b = bias ? t["bias_ih" + suffix] : null, q = bias ? t["bias_hh" + suffix] : null;
                Tensor<T>? h = t.Find("h0")?.Select(0, k * directions + d), c = t.Find("c0")?.Select(0, k * directions + d);
                if (mode == "lstm")
                {
                    (outputs[d], Tensor<T> cell) = x.LstmRecurrence(w, u, b, q, h, c, reverse: d == 1);
                    cells.Add(cell);
                }
                else
                {
                    outputs[d] = mode == "gru" ? x.GruRecurrence(w, u, b, q, h, reverse: d == 1)
                        : mode == "rnn_relu" ? x.ReluRecurrence(w, u, b, q, h, reverse: d == 1) : x.TanhRecurrence(w, u, b, q, h, reverse: d == 1);
                }

                states.Add(outputs[d].Select(0, d == 1 ? 0 : -1));
            }

            x = Tensor.Concat<T>(outputs, 2);
        }

        var results = new Outputs<T> { ["y"] = batchFirst ? x.Transpose(0, 1) : x, ["hn"] = Tensor.Stack<T>([.. states]) };
        if (cells.Count > 0) results["cn"] = Tensor.Stack<T>([.. cells]);
        return results;
    }
}
