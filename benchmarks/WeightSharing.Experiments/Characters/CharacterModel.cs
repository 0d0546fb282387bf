using System.Text;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Characters;

/// <summary>Predicts the next character: embedding, LSTM, linear readout; trained by truncated backpropagation through time.</summary>
internal sealed class CharacterModel : Module<float>
{
    private const int MostStreams = 32, WindowsInStream = 16, Window = 64, Embedded = 32;
    private const double LearningRate = 4e-3, WeightDecay = 1e-2, GradientBound = 1, DropoutRate = 0.4;

    private readonly Embedding<float> embedding;
    private readonly Lstm<float> lstm;
    private readonly Dropout<float> dropout;
    private readonly Dense<float> readout;

    /// <summary>A model for as many different characters.</summary>
    public CharacterModel(int symbols, int hidden, RandomKey key)
    {
        embedding = Register("embedding", new Embedding<float>(symbols, Embedded));
        lstm = Register("lstm", new Lstm<float>(Embedded, hidden));
        dropout = Register("dropout", new Dropout<float>(DropoutRate));
        readout = Register("readout", new Dense<float>(hidden, symbols));
        Initialize((long)key.Value);
    }

    /// <summary>Logits [T·N, symbols] for the characters after those of [T, N], and the state after them.</summary>
    public (Tensor<float> Logits, LstmState<float> State) Forward(Tensor<int> symbols, LstmState<float>? state = null)
    {
        (Tensor<float> output, LstmState<float> last) = lstm.Forward(embedding.Forward(symbols), state);
        Tensor<float> flat = output.Reshape(-1, lstm.Hidden);
        return (readout.Forward(dropout.Forward(flat)), last);
    }

    /// <summary>Trains for some passes over the text; after each, the bits a character on the validation text; keeps the best pass's
    /// weights.</summary>
    public double[] Train(CharacterText text, int passes, CancellationToken cancellation)
    {
        using UsageLedgerScope silent = UsageLedger.Off();
        // A short text in few streams: each needs some windows for the state to be handed on.
        int streams = Math.Clamp(text.Training.Length / (WindowsInStream * Window), 1, MostStreams);
        Tensor<int> training = CharacterText.Streams(text.Training, streams);
        int windows = (training.Shape[0] - 1) / Window;
        var optimizer = new AdamW<float>(Parameters, LearningRate, weightDecay: WeightDecay);
        var bits = new double[passes];
        var best = new Dictionary<Parameter<float>, Tensor<float>>();
        for (int pass = 0; pass < passes; pass++)
        {
            LstmState<float>? state = null;
            for (int w = 0; w < windows; w++)
            {
                cancellation.ThrowIfCancellationRequested();
                optimizer.LearningRate = LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (pass * windows + w) / (passes * windows)));
                LstmState<float> next;
                using (var scope = TensorScope.Begin())
                {
                    Tensor<int> read = training[(w * Window)..((w + 1) * Window)], wanted = training[(w * Window + 1)..((w + 1) * Window + 1)];
                    optimizer.ZeroGradient();
                    (Tensor<float> logits, LstmState<float> last) = Forward(read, state);
                    Loss.CrossEntropy(logits, wanted.Reshape(-1)).Backward();
                    Parameters.ClipGradientNorm(GradientBound);
                    optimizer.Step();
                    // The next window begins where this one ends, but no gradient goes back there.
                    next = new LstmState<float>(last.Detach().Hidden.Keep(), last.Detach().Cell.Keep());
                }

                state = next;
            }

            bits[pass] = BitsPerCharacter(text.Validation);
            if (bits[pass] > bits[..(pass + 1)].Min()) continue;
            foreach (Parameter<float> parameter in Parameters) best[parameter] = parameter.Value.Detach().Copy();
        }

        foreach ((Parameter<float> parameter, Tensor<float> values) in best) parameter.Set(values);
        return bits;
    }

    /// <summary>Mean of −log₂ of the probability of each character after those before it, from the first to the last as one sequence.</summary>
    public double BitsPerCharacter(int[] symbols)
    {
        Evaluate();
        using NoGrad inference = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        Tensor<int> read = Tensor.From(symbols[..^1], [symbols.Length - 1, 1]), wanted = Tensor.From(symbols[1..], [symbols.Length - 1]);
        double nats = Loss.CrossEntropy(Forward(read).Logits, wanted).Item();
        Train();
        return nats / Math.Log(2);
    }

    /// <summary>Writes on from a beginning, each character drawn from the model's probabilities at a temperature.</summary>
    public string Sample(CharacterText text, string beginning, int characters, double temperature, RandomKey key)
    {
        Evaluate();
        using NoGrad inference = NoGrad.Begin();
        var written = new StringBuilder(beginning);
        int[] next = [.. beginning.Select(text.Number)];
        LstmState<float>? state = null;
        for (int i = 0; i < characters; i++)
        {
            (Tensor<float> logits, LstmState<float> last) = Forward(Tensor.From(next, [next.Length, 1]), state);
            state = last;
            float[] probabilities = (logits.Select(0, -1) * (float)(1 / temperature)).Softmax(0).ToArray();
            double point = key.Uniform((ulong)i);
            int drawn = 0;
            while (drawn < probabilities.Length - 1 && (point -= probabilities[drawn]) > 0) drawn++;
            written.Append(text.Character(drawn));
            next = [drawn];
        }

        Train();
        return written.ToString();
    }
}
