using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using WeightSharing.Kernels;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>One axis of sharing: the same output size from shared weights and from unshared ones, as inference and as a training step with Adam.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory), CategoriesColumn]
public abstract class SharingComparison
{
    private Contestant? unshared, shared;

    /// <summary>Free parameters of the unshared one.</summary>
    internal long UnsharedParameters => unshared!.ParameterCount;

    /// <summary>Free parameters of the shared one.</summary>
    internal long SharedParameters => shared!.ParameterCount;

    [GlobalSetup]
    public void Prepare() => (unshared, shared) = Create();

    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void UnsharedForward() => unshared!.Forward();

    [Benchmark, BenchmarkCategory("forward")]
    public void SharedForward() => shared!.Forward();

    [Benchmark(Baseline = true), BenchmarkCategory("training step")]
    public void UnsharedStep() => unshared!.Step();

    [Benchmark, BenchmarkCategory("training step")]
    public void SharedStep() => shared!.Step();

    /// <summary>The two, ready to run.</summary>
    internal abstract (Contestant Unshared, Contestant Shared) Create();
}

/// <summary>What is run.</summary>
/// <param name="ParameterCount">Free parameters.</param>
/// <param name="Forward">One inference.</param>
/// <param name="Step">One training step.</param>
internal sealed record Contestant(long ParameterCount, Action Forward, Action Step)
{
    /// <summary>A model whose mean squared output is the loss.</summary>
    public static Contestant Of(IParameterized<float> model, Func<Tensor<float>> output, double learningRate = 1e-3)
    {
        var optimizer = new Adam<float>(model.Parameters, learningRate);
        return new Contestant(model.Parameters.FreeCount, Forward, Step);

        void Forward() => Alone.Run(output);

        void Step()
        {
            using Parallelism.Scope alone = Parallelism.Limit(1);
            using TensorScope scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            Tensor<float> y = output();
            (y * y).Mean().Backward();
            optimizer.Step();
        }
    }
}
