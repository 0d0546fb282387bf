using System.Globalization;
using WeightSharing.Benchmarks;
#if COMPARISONS
using WeightSharing.Benchmarks.Costs;
#endif
using WeightSharing.Benchmarks.Ledger;
using WeightSharing.Benchmarks.Markov;
using WeightSharing.Benchmarks.Symmetry;
using WeightSharing.Kernels;

// Each measurement is a command of its own and runs on one thread unless it says otherwise, for the kernel variant in force: WEIGHTSHARING_SIMD=128, 256 or 512 forces one, and
// DOTNET_EnableAVX=0 takes the multiply-add away as well, which is what programs compiled ahead of time run by default.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, string Help, Action<string[]> Run)[] measurements =
[
    ("peak", "share of the arithmetic peak that matrix products and convolutions reach (the default)", _ => PeakShare.Run()),
    ("elementwise", "exp, log, tanh and others against TensorPrimitives, at 4096 and 1M floats", ElementwiseSpeed.Run),
    ("accuracy", "worst error of the elementary functions over all 2³² floats; FUNCTION... for some of them", ElementwiseAccuracy.Run),
    ("bandwidth", "normalisation and softmax against a copy of the same size, on one thread and on two", _ => Bandwidth.Run()),
    ("threads", "what a second thread is worth, work by work; NAME... for some of them", ThreadScaling.Run),
    ("eager", "what one recorded operation on 8 floats costs", _ => EagerOperation.Run()),
#if COMPARISONS
    ("layers", "each layer against its unshared baseline; FILTER for some of them, such as *Space*", WeightSharing.Benchmarks.Comparisons.Comparison.Layers),
    ("kernels", "matrix products, convolutions and functions by size against a baseline; FILTER for some of them", WeightSharing.Benchmarks.Comparisons.Comparison.Kernels),
    ("growth", "how a training step grows with batch, positions, channels, kernel size and threads; FILTER for some layers", WeightSharing.Benchmarks.Growth.GrowthReport.Run),
    ("memory", "what a training step allocates, and the memory of the process over 10 000 steps", _ => StepMemory.Run()),
    ("start", "from the start of a process to the end of its first training step: JIT and ahead of time", _ => StartUp.Run()),
#endif
    ("ledger", "what noting uses, and keeping each one's part of the gradient, adds to a training step", _ => LedgerCost.Run()),
    ("graph", "time and memory of a training step of graph convolutions by edges, up to two millions, on all processors", _ => GraphScale.Run()),
    ("orbits", "time to tie up to 92 million weight entries by the orbits of a group", _ => OrbitTimes.Run()),
    ("groupconv", "what a group convolution takes beyond a plain one with as many maps, interleaved", _ => GroupConvolutionOverhead.Run()),
    ("markov", "forward and backward of hidden Markov models and pair HMMs against plain loops; long for two sequences of 100 000", MarkovSpeed.Run),
];

// "all" runs every measurement but the long accuracy; after "keep" what a measurement prints is kept under benchmarks/results too.
string[] words = args;
#if COMPARISONS
bool kept = words is ["keep", ..];
if (kept) words = words[1..];
#endif
string wanted = words.Length == 0 ? "peak" : words[0];
var chosen = measurements.Where(measurement => wanted == "all" ? measurement.Name != "accuracy" : measurement.Name == wanted).ToArray();
if (chosen.Length == 0)
{
    Console.Error.WriteLine("Name one measurement, or all; \"keep\" before the name keeps the results under benchmarks/results:");
    foreach ((string name, string help, _) in measurements) Console.Error.WriteLine($"  {name,-12} {help}");
    return 2;
}

foreach ((string name, _, Action<string[]> run) in chosen)
{
    using Parallelism.Scope alone = Parallelism.Limit(1);
#if COMPARISONS
    if (kept)
    {
        WeightSharing.Benchmarks.Results.ResultFolder.Keep(name, () => run([.. words.Skip(1)]));
        continue;
    }
#endif
    run([.. words.Skip(1)]);
}

return 0;
