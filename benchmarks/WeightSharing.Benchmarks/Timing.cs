using System.Diagnostics;

namespace WeightSharing.Benchmarks;

/// <summary>Times works against each other: interleaved, so that a disturbance of the machine meets all alike.</summary>
internal static class Timing
{
    /// <summary>Nanoseconds of one call of each work: the median of many short batches of calls, one batch of each work in turn.</summary>
    public static double[] Medians(IReadOnlyList<Action> works, int rounds = 41, double batchMicroseconds = 200)
    {
        int[] calls = [.. works.Select(work => Calls(work, batchMicroseconds))];
        double[][] times = [.. works.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < works.Count; i++) times[i][round] = Nanoseconds(works[i], calls[i]) / calls[i];
        foreach (double[] list in times) Array.Sort(list);
        return [.. times.Select(list => list[rounds / 2])];
    }

    // A third of a second of calls first: until then code compiled in tiers is not what it will be.
    private static int Calls(Action work, double batchMicroseconds)
    {
        long begin = Stopwatch.GetTimestamp();
        int calls = 0;
        double best = double.MaxValue;
        while (Stopwatch.GetElapsedTime(begin).TotalMilliseconds < 330 || calls < 3)
        {
            best = Math.Min(best, Nanoseconds(work, 1));
            calls++;
        }

        return (int)Math.Clamp(batchMicroseconds * 1000 / best, 1, 1 << 20);
    }

    private static double Nanoseconds(Action work, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++) work();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }
}
