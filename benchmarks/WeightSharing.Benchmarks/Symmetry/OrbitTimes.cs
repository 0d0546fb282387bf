using System.Diagnostics;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;

namespace WeightSharing.Benchmarks.Symmetry;

/// <summary>How long it takes from two actions to a tying, for a growing number of weight entries: near linear in entries × generators.</summary>
internal static class OrbitTimes
{
    public static void Run()
    {
        Console.WriteLine($"{"weights",-44}{"entries",12}{"generators",12}{"free",10}{"seconds",10}{"ns/(entry·generator)",22}");
        foreach (int n in new[] { 316, 1000, 3163 }) Time($"S{n} on points → points (Deep Sets)", () => Points(n));
        foreach (int side in new[] { 18, 32, 57 }) Time($"torus {side}×{side} → itself (convolution)", () => GroupAction.Torus(side, side));
        foreach (int channels in new[] { 40, 125, 400 }) Time($"p4m, {channels} channels of 3×3 → {channels}", () => PlanarGroup.P4M.OnGroupMaps(channels, 3), () => GroupAction.Regular(PlanarGroup.P4M.Group).Repeated(channels));
    }

    private static GroupAction Points(int n) => GroupAction.OnPoints(FiniteGroup.Symmetric(n));

    private static void Time(string name, Func<GroupAction> input, Func<GroupAction>? output = null)
    {
        GroupAction from = input(), to = output?.Invoke() ?? from;
        double best = double.MaxValue;
        Tying? tying = null;
        for (int run = 0; run < 2; run++)
        {
            long start = Stopwatch.GetTimestamp();
            tying = Symmetries.Tying(from, to);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        double entries = tying!.FullShape.Count;
        int generators = from.Generators.Count;
        Console.WriteLine($"{name,-44}{entries,12:#,0}{generators,12}{tying.FreeCount,10:#,0}{best,10:0.000}{best * 1e9 / entries / generators,22:0.0}");
    }
}
