using System.Numerics;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// 1×1 filters without stride, padding or groups: matrix products over channels, image by image, that need no copy of the planes.
/// </summary>
internal static unsafe class ConvolutionPointwise
{
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
        int input = g.InputChannels, output = g.OutputChannels, plane = g.InputPlane;

        // dw [Cout, Cin] = Σ_n dy[n] [Cout, H·W] · x[n]ᵀ [H·W, Cin]
        for (int n = 0; n < g.Batch; n++)
        {
            Gemm.Multiply(
                variant, output, input, plane, dy.Slice(n * output * plane, output * plane), plane, 1,
                x.Slice(n * input * plane, input * plane), 1, plane, dw, input, accumulate || n > 0);
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
