using System.Globalization;
using WeightSharing.Benchmarks;
using WeightSharing.Benchmarks.Ledger;
using WeightSharing.Benchmarks.Markov;
using WeightSharing.Benchmarks.Symmetry;
using WeightSharing.Kernels;

// Each measurement is a command of its own and runs on one thread, for the kernel variant in force: WEIGHTSHARING_SIMD=128, 256 or 512 forces one, and
// DOTNET_EnableAVX=0 takes the multiply-add away as well, which is what programs compiled ahead of time run by default.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, string Help, Action<string[]> Run)[] measurements =
[
    ("peak", "share of the arithmetic peak that matrix products and convolutions reach (the default)", _ => PeakShare.Run()),
    ("elementwise", "exp, log, tanh and others against TensorPrimitives, at 4096 and 1M floats", ElementwiseSpeed.Run),
    ("accuracy", "worst error of the elementary functions over all 2³² floats; FUNCTION... for some of them", ElementwiseAccuracy.Run),
    ("bandwidth", "normalisation and softmax against an addition of the same size", _ => Bandwidth.Run()),
    ("eager", "what one recorded operation on 8 floats costs", _ => EagerOperation.Run()),
#if COMPARISONS
    ("layers", "each layer against its unshared baseline; FILTER for some of them, such as *Space*", WeightSharing.Benchmarks.Comparisons.Comparison.Run),
#endif
    ("ledger", "what noting uses, and keeping each one's part of the gradient, adds to a training step", _ => LedgerCost.Run()),
    ("graph", "time and memory of a training step of graph convolutions by edges, up to two millions, on all processors", _ => GraphScale.Run()),
    ("orbits", "time to tie up to 92 million weight entries by the orbits of a group", _ => OrbitTimes.Run()),
    ("groupconv", "what a group convolution takes beyond a plain one with as many maps, interleaved", _ => GroupConvolutionOverhead.Run()),
    ("markov", "forward and backward of hidden Markov models and pair HMMs against plain loops; long for two sequences of 100 000", MarkovSpeed.Run),
];

string wanted = args.Length == 0 ? "peak" : args[0];
int index = Array.FindIndex(measurements, measurement => measurement.Name == wanted);
if (index < 0)
{
    Console.Error.WriteLine("Name one measurement:");
    foreach ((string name, string help, _) in measurements) Console.Error.WriteLine($"  {name,-12} {help}");
    return 2;
}

using (Parallelism.Limit(1)) measurements[index].Run([.. args.Skip(1)]);
return 0;
