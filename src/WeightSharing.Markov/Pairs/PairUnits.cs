namespace WeightSharing.Markov;

/// <summary>
/// The units in which the recursions of a pair HMM measure: what a flank pays for a symbol, or, without flanks, what an insertion emits, so that flanks
/// cost nothing and a gap's extension costs the same at every symbol. A symbol that is never inserted has the unit 1, and cannot be passed by a gap or a flank.
/// </summary>
internal sealed class PairUnits
{
    public PairUnits(PairNumbers numbers)
    {
        bool flanks = numbers.Mode != PairMode.Global;
        (X, Y) = (Of(numbers.Qx, numbers.Fx), Of(numbers.Qy, numbers.Fy));
        // Unknown symbols are inserted with probability 1: their unit is the flank's (1 − η).
        LogGap = flanks ? -numbers.Fy[^1] : 0;
        LogTotal = numbers.FlankEnds + numbers.Xs.Sum(symbol => X[symbol]) + numbers.Ys.Sum(symbol => Y[symbol]);
        HasBarriers = numbers.Ys.Any(symbol => numbers.Qy[symbol] == 0);

        double[] Of(double[] q, double[] flank) => [.. q.Select((p, symbol) => p == 0 ? 0 : flanks ? flank[symbol] : Math.Log(p))];
    }

    /// <summary>ln of the unit of each symbol of x.</summary>
    public double[] X { get; }

    /// <summary>ln of the unit of each symbol of y.</summary>
    public double[] Y { get; }

    /// <summary>ln of an insertion in its unit.</summary>
    public double LogGap { get; }

    /// <summary>ln of all units together, and of the flanks' ends.</summary>
    public double LogTotal { get; }

    /// <summary>Some symbol of y is never inserted.</summary>
    public bool HasBarriers { get; }
}
