namespace WeightSharing.Markov;

/// <summary>
/// The k most probable paths: every state keeps its k best ways in, each with the predecessor, the predecessor's rank and the silent states between
/// (the parallel list Viterbi algorithm, Seshadri and Sundberg 1994).
/// </summary>
internal static class KBestSearch
{
    public static IReadOnlyList<HmmPath> Run(HmmChain chain, EmissionSource source, int length, int most)
    {
        var paths = new SilentPaths(chain, most);
        if (length == 0) return [.. paths.Empty().Where(path => path.LogProbability > double.NegativeInfinity).Select(path => new HmmPath(path.LogProbability, path.States, []))];
        int states = chain.States;
        var between = new List<SilentPath>[states, states];
        for (int i = 0; i < states; i++)
        {
            for (int j = 0; j < states; j++) between[i, j] = paths.Between(i, j);
        }

        var b = new double[length * states];
        source(0, length, b);
        var ways = new Way[length][][];
        for (int t = 0; t < length; t++)
        {
            ways[t] = new Way[states][];
            for (int j = 0; j < states; j++)
            {
                var all = new List<Way>();
                for (int i = 0; i < states && t > 0; i++)
                {
                    for (int rank = 0; rank < ways[t - 1][i].Length; rank++)
                    {
                        foreach (SilentPath path in between[i, j]) all.Add(new Way(ways[t - 1][i][rank].Score + path.LogProbability, i, rank, path.States));
                    }
                }

                if (t == 0) all.AddRange(paths.FromStart(j).Select(path => new Way(path.LogProbability, -1, 0, path.States)));
                double own = b[t * states + j];
                // A stable order: equal scores keep the order of states.
                ways[t][j] = double.IsNegativeInfinity(own) ? [] : [.. all.OrderByDescending(way => way.Score).Take(most).Select(way => way with { Score = way.Score + own })];
            }
        }

        var ends = new List<Way>();
        for (int i = 0; i < states; i++)
        {
            for (int rank = 0; rank < ways[^1][i].Length; rank++)
            {
                foreach (SilentPath path in paths.ToEnd(i)) ends.Add(new Way(ways[^1][i][rank].Score + path.LogProbability, i, rank, path.States));
            }
        }

        return [.. ends.OrderByDescending(way => way.Score).Take(most).Select(end => Trace(chain, ways, end))];
    }

    private static HmmPath Trace(HmmChain chain, Way[][][] ways, Way end)
    {
        var backwards = new List<int>(end.Silent.Reverse());
        var emitting = new int[ways.Length];
        Way way = end;
        for (int t = ways.Length - 1; t >= 0; t--)
        {
            int state = way.Previous;
            emitting[t] = chain.Emitting[state];
            backwards.Add(emitting[t]);
            way = ways[t][state][way.Rank];
            backwards.AddRange(way.Silent.Reverse());
        }

        backwards.Reverse();
        return new HmmPath(end.Score, backwards, emitting);
    }

    private readonly record struct Way(double Score, int Previous, int Rank, int[] Silent);
}
