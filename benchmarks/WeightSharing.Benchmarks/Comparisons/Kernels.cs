using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Square matrix products, against rows added up with the base library's vectorised functions.</summary>
public class MatrixProducts
{
    private Tensor<float> a = null!, b = null!;
    private float[] left = [], right = [], product = [];

    /// <summary>Rows and columns.</summary>
    [Params(64, 256, 1024)]
    public int N { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        (a, b) = (Tensor.Normal<float>([N, N], RandomKey.Of(1)), Tensor.Normal<float>([N, N], RandomKey.Of(2)));
        (left, right, product) = (a.ToArray(), b.ToArray(), new float[N * N]);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void TensorPrimitivesRows()
    {
        Array.Clear(product);
        for (int i = 0; i < N; i++)
        {
            Span<float> row = product.AsSpan(i * N, N);
            for (int k = 0; k < N; k++) TensorPrimitives.MultiplyAdd(right.AsSpan(k * N, N), left[i * N + k], row, row);
        }
    }

    [Benchmark, BenchmarkCategory("forward")]
    public void MatMul() => Alone.Run(() => a.MatMul(b));
}

/// <summary>3×3 convolutions of 8 images of 28×28 with as many outputs as inputs: the chosen algorithm against the direct one.</summary>
public class Convolutions
{
    private Conv2d<float> direct = null!, chosen = null!;
    private Tensor<float> x = null!;

    /// <summary>Channels.</summary>
    [Params(8, 16, 32, 64, 128)]
    public int Channels { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        x = Tensor.Normal<float>([8, Channels, 28, 28], RandomKey.Of(1));
        direct = new Conv2d<float>(Channels, Channels, 3, padding: 1, algorithm: ConvolutionAlgorithm.Direct);
        chosen = new Conv2d<float>(Channels, Channels, 3, padding: 1);
        direct.Initialize(seed: 1);
        chosen.Initialize(seed: 1);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void Direct() => Alone.Run(() => direct.Forward(x));

    [Benchmark, BenchmarkCategory("forward")]
    public void Automatic() => Alone.Run(() => chosen.Forward(x));
}

/// <summary>Functions of every element and sums, against the base library's.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory), CategoriesColumn]
public class Elementwise
{
    private Tensor<float> a = null!, b = null!;
    private float[] x = [], z = [], y = [];

    /// <summary>Elements.</summary>
    [Params(4096, 1048576)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        (a, b) = (Tensor.Uniform<float>([Count], RandomKey.Of(1)), Tensor.Uniform<float>([Count], RandomKey.Of(2)));
        (x, z, y) = (a.ToArray(), b.ToArray(), new float[Count]);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("add")]
    public void PrimitivesAdd() => TensorPrimitives.Add(x, z, y);

    [Benchmark, BenchmarkCategory("add")]
    public void Add() => Alone.Run(() => a + b);

    [Benchmark(Baseline = true), BenchmarkCategory("exp")]
    public void PrimitivesExp() => TensorPrimitives.Exp(x, y);

    [Benchmark, BenchmarkCategory("exp")]
    public void Exp() => Alone.Run(() => a.Exp());

    [Benchmark(Baseline = true), BenchmarkCategory("log")]
    public void PrimitivesLog() => TensorPrimitives.Log(x, y);

    [Benchmark, BenchmarkCategory("log")]
    public void Log() => Alone.Run(() => a.Log());

    [Benchmark(Baseline = true), BenchmarkCategory("tanh")]
    public void PrimitivesTanh() => TensorPrimitives.Tanh(x, y);

    [Benchmark, BenchmarkCategory("tanh")]
    public void Tanh() => Alone.Run(() => a.Tanh());

    [Benchmark(Baseline = true), BenchmarkCategory("sigmoid")]
    public void PrimitivesSigmoid() => TensorPrimitives.Sigmoid(x, y);

    [Benchmark, BenchmarkCategory("sigmoid")]
    public void Sigmoid() => Alone.Run(() => a.Sigmoid());

    [Benchmark(Baseline = true), BenchmarkCategory("sum")]
    public float PrimitivesSum() => TensorPrimitives.Sum<float>(x);

    [Benchmark, BenchmarkCategory("sum")]
    public void Sum() => Alone.Run(() => a.Sum());

    [Benchmark(Baseline = true), BenchmarkCategory("softmax")]
    public void PrimitivesSoftmax() => TensorPrimitives.SoftMax(x, y);

    [Benchmark, BenchmarkCategory("softmax")]
    public void Softmax() => Alone.Run(() => a.Softmax(0));
}

/// <summary>Through the public interface, on one thread, nothing recorded, buffers given back.</summary>
internal static class Alone
{
    public static void Run(Func<Tensor<float>> work)
    {
        using Parallelism.Scope alone = Parallelism.Limit(1);
        using NoGrad inference = NoGrad.Begin();
        using TensorScope scope = TensorScope.Begin();
        work();
    }
}
