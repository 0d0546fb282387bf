using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Across time: a tanh recurrent net against weights of their own at every step.</summary>
public class TimeRnn : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        var unshared = new UnsharedRnn<float>(64, 128, steps: 64);
        var shared = new Rnn<float>(64, 128);
        return Recurrent.Pair(unshared, x => unshared.Forward(x).Output, shared, x => shared.Forward(x).Output);
    }
}

/// <summary>Across time: an LSTM against weights of their own at every step.</summary>
public class TimeLstm : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        var unshared = new UnsharedLstm<float>(64, 128, steps: 64);
        var shared = new Lstm<float>(64, 128);
        return Recurrent.Pair(unshared, x => unshared.Forward(x).Output, shared, x => shared.Forward(x).Output);
    }
}

/// <summary>Across time: a GRU against weights of their own at every step.</summary>
public class TimeGru : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        var unshared = new UnsharedGru<float>(64, 128, steps: 64);
        var shared = new Gru<float>(64, 128);
        return Recurrent.Pair(unshared, x => unshared.Forward(x).Output, shared, x => shared.Forward(x).Output);
    }
}

internal static class Recurrent
{
    public static (Contestant, Contestant) Pair(
        Module<float> unshared, Func<Tensor<float>, Tensor<float>> runUnshared, Module<float> shared, Func<Tensor<float>, Tensor<float>> runShared)
    {
        Tensor<float> x = Tensor.Normal<float>([64, 32, 64], RandomKey.Of(1));
        unshared.Initialize(seed: 1);
        shared.Initialize(seed: 1);
        return (Contestant.Of(unshared, () => runUnshared(x)), Contestant.Of(shared, () => runShared(x)));
    }
}
