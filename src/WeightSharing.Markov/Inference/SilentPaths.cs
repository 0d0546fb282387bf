namespace WeightSharing.Markov;

/// <summary>The most probable ways through silent states between two emitting ones, before the first and behind the last.</summary>
internal sealed class SilentPaths
{
    private readonly HmmChain chain;
    private readonly int most;
    private readonly List<SilentPath>[,] toEmitting;    // from the silent state k, before its first step, to emitting j
    private readonly List<SilentPath>[] toFinal;

    public SilentPaths(HmmChain chain, int most)
    {
        (this.chain, this.most) = (chain, most);
        int hidden = chain.Silent.Length;
        toEmitting = new List<SilentPath>[hidden, chain.States];
        toFinal = new List<SilentPath>[hidden];
        for (int k = hidden - 1; k >= 0; k--)
        {
            int state = chain.Silent[k];
            for (int j = 0; j < chain.States; j++)
            {
                int at = j;
                toEmitting[k, j] = Best(chain.A(state, chain.Emitting[j]), hidden, k + 1, l => (chain.A(state, chain.Silent[l]), toEmitting[l, at]));
            }

            toFinal[k] = state == chain.FinalState
                ? [new SilentPath(0, [])]
                : Best(0, hidden, k + 1, l => (chain.A(state, chain.Silent[l]), toFinal[l]));
        }
    }

    /// <summary>From emitting state i to j.</summary>
    public List<SilentPath> Between(int i, int j) => Best(
        chain.A(chain.Emitting[i], chain.Emitting[j]), chain.Silent.Length, 0, k => (chain.A(chain.Emitting[i], chain.Silent[k]), toEmitting[k, j]));

    /// <summary>From the start to emitting state j.</summary>
    public List<SilentPath> FromStart(int j) => Best(
        chain.FullStart[chain.Emitting[j]], chain.Silent.Length, 0, k => (chain.FullStart[chain.Silent[k]], toEmitting[k, j]));

    /// <summary>From emitting state i to the end.</summary>
    public List<SilentPath> ToEnd(int i) => chain.FinalState < 0
        ? [new SilentPath(0, [])]
        : Best(0, chain.Silent.Length, 0, k => (chain.A(chain.Emitting[i], chain.Silent[k]), toFinal[k]));

    /// <summary>From the start to the end, emitting nothing.</summary>
    public List<SilentPath> Empty() => chain.FinalState < 0
        ? [new SilentPath(0, [])]
        : Best(0, chain.Silent.Length, 0, k => (chain.FullStart[chain.Silent[k]], toFinal[k]));

    private List<SilentPath> Best(double direct, int hidden, int first, Func<int, (double Step, List<SilentPath> Onward)> through)
    {
        var all = new List<SilentPath>();
        if (direct > 0) all.Add(new SilentPath(Math.Log(direct), []));
        for (int k = first; k < hidden; k++)
        {
            (double step, List<SilentPath> rest) = through(k);
            if (!(step > 0)) continue;
            foreach (SilentPath path in rest) all.Add(new SilentPath(Math.Log(step) + path.LogProbability, [chain.Silent[k], .. path.States]));
        }

        return all.Count == 0 ? all : [.. all.OrderByDescending(path => path.LogProbability).Take(most)];
    }
}

/// <summary>The silent states passed, and the logarithm of the transitions' product.</summary>
internal sealed record SilentPath(double LogProbability, int[] States);
