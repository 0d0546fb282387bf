using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// A cross-correlation whose filter is not shared: each output position p = i·oW + j has its own.
/// </summary>
/// <remarks>
/// y[n, o, i, j] = bias[p, o] + Σ_{c, u, v} weight[p, o, (c·kH + u)·kW + v] · x[n, c, i·sH + u·dH − top, j·sW + v·dW − left], x zero
/// outside. All operands dense row-major: x [N, Cin, H, W], weight [oH·oW, Cout, Cin·kH·kW], bias [oH·oW, Cout] or empty,
/// y [N, Cout, oH, oW]; groups = 1. Operands must not overlap. Outputs are overwritten, unless a weight gradient is asked to
/// accumulate. The same bits for any number of threads.
/// </remarks>
internal static class LocallyConnected
{
    /// <summary>y = x ⋆ weight + bias, position by position; an empty bias is zero.</summary>
    public static void Forward<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Forward(Simd.Chosen, g, x, weight, bias, y);

    /// <inheritdoc cref="Forward{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T})"/>
    public static void Forward<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "LocallyConnected.Forward";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "weight", WeightLength(g), weight.Length);
        if (!bias.IsEmpty) ConvolutionGeometry.Expect(operation, "bias", (long)g.OutputPlane * g.OutputChannels, bias.Length);
        ConvolutionGeometry.Expect(operation, "y", g.OutputLength, y.Length);
        LocallyConnectedReference.Forward(g, x, weight, bias, y);
    }

    /// <summary>dx = Σ over the uses of x of weight · dy; overwrites dx.</summary>
    public static void InputGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => InputGradient(Simd.Chosen, g, dy, weight, dx);

    /// <inheritdoc cref="InputGradient{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T})"/>
    public static void InputGradient<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "LocallyConnected.InputGradient";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "weight", WeightLength(g), weight.Length);
        ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        LocallyConnectedReference.InputGradient(g, dy, weight, dx);
    }

    /// <summary>dw[p, o, (c, u, v)] = Σ_n dy[n, o, p] · x[n, c, …]; added to dw when accumulating.</summary>
    public static void WeightGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => WeightGradient(Simd.Chosen, g, x, dy, dw, accumulate);

    /// <inheritdoc cref="WeightGradient{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, bool)"/>
    public static void WeightGradient<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "LocallyConnected.WeightGradient";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "dw", WeightLength(g), dw.Length);
        LocallyConnectedReference.WeightGradient(g, x, dy, dw, accumulate);
    }

    private static long WeightLength(in ConvolutionGeometry g) => g.OutputPlane * g.WeightLength;

    private static void Validate(string operation, in ConvolutionGeometry g)
    {
        g.Validate(operation);
        if (g.Groups != 1) throw new ArgumentException($"{operation}: groups is {g.Groups}; a locally connected layer has 1.");
    }
}
