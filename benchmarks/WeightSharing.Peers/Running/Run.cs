using System.Diagnostics;
using TorchSharp;
using WeightSharing.Kernels;
using WeightSharing.Peers.Contestants;

namespace WeightSharing.Peers.Running;

/// <summary>One run of the program: measures works one after the other, the contestants of each interleaved.</summary>
internal sealed class Run
{
    private const int RestMilliseconds = 10, WakingMilliseconds = 4;

    // Blocks that are timed one behind the other after a rest, and rounds of them.
    private const int BlocksAfterRest = 2, FewestRounds = 3, MostRounds = 51;

    private readonly TextWriter progress;
    private readonly bool quick;

    /// <summary>Sets the threads of all contestants and measures the peak.</summary>
    public Run(int threads, bool quick, TextWriter progress)
    {
        (Threads, this.quick, this.progress) = (threads, quick, progress);
        torch.set_num_threads(threads);
        Peak = ArithmeticPeak.Measure(threads);
    }

    /// <summary>Threads of every contestant.</summary>
    public int Threads { get; }

    /// <summary>GFLOP/s of multiply-adds alone, on as many threads.</summary>
    public double Peak { get; private set; }

    // Seconds of timing a work, and the least length of a timed block.
    private double Budget => quick ? 0.22 : 0.8;

    private double BlockLength => quick ? 0.0008 : 0.002;

    /// <summary>Measures these works.</summary>
    public IReadOnlyList<Row> Measure(IReadOnlyList<Work> works)
    {
        var watch = Stopwatch.StartNew();
        var rows = new List<Row>();
        using (Parallelism.Limit(Threads))
        {
            foreach (Work work in works)
            {
                rows.Add(Measure(work));
                if (rows.Count % 20 == 0) progress.WriteLine($"{rows.Count} of {works.Count} works after {watch.Elapsed.TotalSeconds:0} s");
            }
        }

        // A disturbance at the start would make the peak too small.
        Peak = Math.Max(Peak, ArithmeticPeak.Measure(Threads));
        progress.WriteLine($"{rows.Count} works in {watch.Elapsed.TotalSeconds:0} s");
        return [.. rows.Select(row => row with { Peak = Peak })];
    }

    private Row Measure(Work work)
    {
        using var contest = new Contest(work, Threads);
        work.Prepare(contest);
        string? disagreement = contest.Disagreement();
        Contestant[] contestants = contest.Contestants;
        int[] times = [.. contestants.Select(WarmUp)];
        List<double>[] samples = [.. contestants.Select(_ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < FewestRounds || round < MostRounds && Stopwatch.GetElapsedTime(start).TotalSeconds < Budget; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                // Every second round backwards, so that none always follows the same one.
                int at = round % 2 == 0 ? i : contestants.Length - 1 - i;
                Awaken(contestants[at]);
                for (int block = 0; block < BlocksAfterRest; block++) samples[at].Add(Time(contestants[at], times[at]) / times[at]);
            }
        }

        return new Row(work, Threads, Median(samples, contestants, contest.OurContestant)!.Value, Median(samples, contestants, contest.LibtorchContestant),
            Median(samples, contestants, contest.OrtContestant), Peak, disagreement);
    }

    /// <summary>
    /// One run before those that are timed. With several threads those of the one before look for work for a while yet, in the way of this one's, and this
    /// one's sleep: it rests, then runs until all are awake, as they are throughout a training.
    /// </summary>
    private void Awaken(Contestant contestant)
    {
        if (Threads > 1) Thread.Sleep(RestMilliseconds);
        long start = Stopwatch.GetTimestamp();
        do contestant.Run(1);
        while (Threads > 1 && Stopwatch.GetElapsedTime(start).TotalMilliseconds < WakingMilliseconds);
    }

    /// <summary>Runs until the time of one run is known and the code optimised; gives the runs of a timed block.</summary>
    private int WarmUp(Contestant contestant)
    {
        double least = double.MaxValue, needed = quick ? 0.03 : 0.1;
        long start = Stopwatch.GetTimestamp();
        int times = 1;
        do
        {
            double seconds = Time(contestant, times);
            least = Math.Min(least, seconds / times);
            if (seconds < BlockLength / 4) times *= 2;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < needed);

        return (int)Math.Clamp(BlockLength / least, 1, 1e6);
    }

    private static double Time(Contestant contestant, int times)
    {
        long start = Stopwatch.GetTimestamp();
        contestant.Run(times);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double? Median(List<double>[] samples, Contestant[] contestants, Contestant? which)
    {
        if (which is null) return null;
        List<double> own = samples[Array.IndexOf(contestants, which)];
        own.Sort();
        return 1000 * (own[(own.Count - 1) / 2] + own[own.Count / 2]) / 2;
    }
}
