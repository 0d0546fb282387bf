using System.Numerics;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// 1×1 filters without stride, padding or groups: matrix products over channels, image by image, that need no copy of the planes.
/// </summary>
internal static unsafe class ConvolutionPointwise
{
    // The images' weight gradients are added up in runs, each with sums of its own, unless these would be large: then each product is large enough to be
    // divided itself.
    private const int MostRuns = 8;
    private const long LargestSums = 1 << 19;

    public static bool Applies(in ConvolutionGeometry g)
        => g.KernelSize == 1 && g.Groups == 1 && g.StrideHeight == 1 && g.StrideWidth == 1
            && (g.PaddingTop | g.PaddingBottom | g.PaddingLeft | g.PaddingRight) == 0;

    public static void Forward<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y, bool relu)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, pw = weight, pb = bias, py = y)
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && ConvolutionPointwiseTiles<T, Vector512<T>, Lanes512<T>>.Applies(g))
            {
                ConvolutionPointwiseTiles<T, Vector512<T>, Lanes512<T>>.Run(g, relu, px, pw, pb, py);
                return;
            }

            if (Simd.Has256 && variant == SimdVariant.Vector256 && ConvolutionPointwiseTiles<T, Vector256<T>, Lanes256<T>>.Applies(g))
            {
                ConvolutionPointwiseTiles<T, Vector256<T>, Lanes256<T>>.Run(g, relu, px, pw, pb, py);
                return;
            }

            var work = new ConvolutionPointwiseImages<T> { Variant = variant, Geometry = g, X = px, Weight = pw, Bias = pb, Y = py, Relu = relu };
            Parallelism.For(g.Batch, ref work, g.Work / Vector128<T>.Count);
        }
    }

    public static void InputGradient<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int input = g.InputChannels, output = g.OutputChannels, plane = g.InputPlane;

        // dx[n] [Cin, H·W] = weightᵀ [Cin, Cout] · dy[n] [Cout, H·W]
        Gemm.MultiplyBatch(
            variant, g.Batch, input, plane, output, weight, 0, 1, input, dy, output * plane, plane, 1, dx, input * plane, plane,
            accumulate: false);
    }

    public static void WeightGradient<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int runs = (int)Math.Min(g.Batch, Math.Clamp(LargestSums / g.WeightLength, 1, MostRuns));
        using Scratch<T> sums = Scratch<T>.Rent(runs == 1 ? 0 : runs * g.WeightLength);
        fixed (T* px = x, py = dy, pw = dw)
        {
            var work = new ConvolutionPointwiseWeights<T>
            {
                Variant = variant,
                Geometry = g,
                X = px,
                Dy = py,
                Sums = runs == 1 ? pw : sums.Pointer,
                Runs = runs,
                Accumulate = runs == 1 && accumulate,
            };
            if (runs == 1)
            {
                work.Run(0);
                return;
            }

            Parallelism.For(runs, ref work, g.Work / Vector128<T>.Count);
        }

        for (int i = 0; i < dw.Length; i++)
        {
            T sum = sums.Pointer[i];
            for (int run = 1; run < runs; run++) sum += sums.Pointer[run * g.WeightLength + i];
            dw[i] = accumulate ? dw[i] + sum : sum;
        }
    }
}

/// <summary>The forward products; a chunk is an image, whose bias is written just before it is added to.</summary>
internal unsafe struct ConvolutionPointwiseImages<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public SimdVariant Variant;
    public ConvolutionGeometry Geometry;
    public T* X, Weight, Bias, Y;
    public bool Relu;

    public void Run(int chunk)
    {
        int input = Geometry.InputChannels, output = Geometry.OutputChannels, plane = Geometry.InputPlane;
        var x = new ReadOnlySpan<T>(X + (nint)chunk * input * plane, input * plane);
        var y = new Span<T>(Y + (nint)chunk * output * plane, output * plane);
        for (int o = 0; o < output && Bias != null; o++) y.Slice(o * plane, plane).Fill(Bias[o]);

        // y[n] [Cout, H·W] = weight [Cout, Cin] · x[n] [Cin, H·W]
        Gemm.Multiply(
            Variant, output, plane, input, new ReadOnlySpan<T>(Weight, output * input), input, 1, x, plane, 1, y, plane,
            accumulate: Bias != null);
        if (Relu) Elementwise.Map(Variant, y, y, default(Relu<T>));
    }
}

/// <summary>The weight gradients; a chunk is a run of images.</summary>
internal unsafe struct ConvolutionPointwiseWeights<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public SimdVariant Variant;
    public ConvolutionGeometry Geometry;
    public T* X, Dy, Sums;
    public int Runs;
    public bool Accumulate;

    public readonly void Run(int chunk)
    {
        int input = Geometry.InputChannels, output = Geometry.OutputChannels, plane = Geometry.InputPlane;
        var sum = new Span<T>(Sums + (nint)chunk * output * input, output * input);
        int first = (int)((long)Geometry.Batch * chunk / Runs), end = (int)((long)Geometry.Batch * (chunk + 1) / Runs);
        for (int n = first; n < end; n++)
        {
            var x = new ReadOnlySpan<T>(X + (nint)n * input * plane, input * plane);
            var dy = new ReadOnlySpan<T>(Dy + (nint)n * output * plane, output * plane);

            // sum [Cout, Cin] += dy[n] [Cout, H·W] · x[n]ᵀ [H·W, Cin]
            Gemm.Multiply(Variant, output, input, plane, dy, plane, 1, x, 1, plane, sum, input, Accumulate || n > first);
        }
    }
}
