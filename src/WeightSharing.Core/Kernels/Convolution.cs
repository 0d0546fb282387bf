using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Two-dimensional cross-correlation and its two adjoints, each by the algorithm that <see cref="ConvolutionChoice"/> finds fastest.
/// </summary>
/// <remarks>
/// y[n, o, i, j] = bias[o] + Σ_{c, u, v} weight[o, c, u, v] · x[n, g·Cin/groups + c, i·sH + u·dH − top, j·sW + v·dW − left],
/// g the group of o, x zero outside. All operands dense row-major: x [N, Cin, H, W], weight [Cout, Cin/groups, kH, kW],
/// bias [Cout] or empty, y [N, Cout, oH, oW]. Operands must not overlap. Outputs are overwritten, unless a weight gradient is
/// asked to accumulate. The same bits for any number of threads. Where x is not finite, a weight gradient may be NaN at taps that the
/// definition does not lead to those elements: padded rows are multiplied as a whole.
/// </remarks>
internal static unsafe class Convolution
{
    /// <summary>y = x ⋆ weight + bias; an empty bias is zero.</summary>
    public static void Forward<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y, ConvolutionOptions options = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Forward(Simd.Chosen, g, x, weight, bias, y, options);

    /// <param name="variant">Instruction set.</param>
    /// <param name="g">Geometry.</param>
    /// <param name="x">Input.</param>
    /// <param name="weight">Filters.</param>
    /// <param name="bias">One an output channel, or empty.</param>
    /// <param name="y">Output.</param>
    /// <param name="options">Restrictions on the algorithm, and what is applied to the output.</param>
    /// <param name="filters">The filters as <c>TransformFilters</c> gives them, which saves that work; or empty.</param>
    /// <inheritdoc cref="Forward{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, ConvolutionOptions)"/>
    public static void Forward<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y,
        ConvolutionOptions options = default, ReadOnlySpan<T> filters = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "Convolution.Forward";
        g.Validate(operation);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "weight", g.WeightLength, weight.Length);
        if (!bias.IsEmpty) ConvolutionGeometry.Expect(operation, "bias", g.OutputChannels, bias.Length);
        ConvolutionGeometry.Expect(operation, "y", g.OutputLength, y.Length);
        if (y.IsEmpty) return;
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || x.IsEmpty || g.PatchSize == 0)
        {
            ConvolutionReference.Forward(g, x, weight, bias, y);
            if (options.Relu) ConvolutionReference.Relu(y);
            return;
        }

        if (ConvolutionPointwise.Applies(g))
        {
            ConvolutionPointwise.Forward(variant, g, x, weight, bias, y, options.Relu);
            return;
        }

        fixed (T* px = x, pw = weight, pb = bias, py = y)
        {
            if (Depthwise.Applies(g)) Depthwise.Forward(variant, g, options.Relu, px, pw, pb, py);
            else if (ConvolutionChoice.IsWinograd<T>(g, forward: true, options)) RunWinograd(variant, g, true, options, px, pw, pb, filters, py);
            else Correlate(variant, g, forward: true, options.Relu, px, pw, pb, py);
        }
    }

    /// <summary>dx[n, c, h, w] = Σ over the uses of x[n, c, h, w] of weight · dy; overwrites dx.</summary>
    public static void InputGradient<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, ConvolutionOptions options = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => InputGradient(Simd.Chosen, g, dy, weight, dx, options);

    /// <inheritdoc cref="InputGradient{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, ConvolutionOptions)"/>
    public static void InputGradient<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, ConvolutionOptions options = default,
        ReadOnlySpan<T> filters = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "Convolution.InputGradient";
        g.Validate(operation);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "weight", g.WeightLength, weight.Length);
        ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        if (dx.IsEmpty) return;
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || dy.IsEmpty || weight.IsEmpty)
        {
            ConvolutionReference.InputGradient(g, dy, weight, dx);
            return;
        }

        if (ConvolutionPointwise.Applies(g))
        {
            ConvolutionPointwise.InputGradient(variant, g, dy, weight, dx);
            return;
        }

        fixed (T* pdy = dy, pw = weight, pdx = dx)
        {
            if (Depthwise.AppliesToGradients(g)) Depthwise.Gradients(variant, g, null, pdy, pw, pdx, null, null, accumulate: false);
            else if (ConvolutionChoice.IsWinograd<T>(g, forward: false, options)) RunWinograd(variant, g, false, default, pdy, pw, null, filters, pdx);
            else Correlate(variant, g, forward: false, relu: false, pdy, pw, null, pdx);
        }
    }

    /// <summary>Elements of the transformed filters that a forward product or an input gradient can take; 0 when it has no use for any.</summary>
    public static long FilterLength<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => variant != SimdVariant.Reference && IsVectorised<T>() && g.WeightLength > 0 && ConvolutionChoice.IsWinograd<T>(g, forward, options)
            ? Winograd.FilterLength<T>(variant, g, forward)
            : 0;

    /// <summary>The filters as the algorithm takes them; they depend on the channels, groups and strides of the geometry alone.</summary>
    public static void TransformFilters<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward, ReadOnlySpan<T> weight, Span<T> filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "Convolution.TransformFilters";
        ConvolutionGeometry.Expect(operation, "weight", g.WeightLength, weight.Length);
        ConvolutionGeometry.Expect(operation, "filters", Winograd.FilterLength<T>(variant, g, forward), filters.Length);
        fixed (T* pw = weight, pf = filters) Winograd.TransformFilters(variant, g, forward, pw, pf);
    }

    /// <summary>dw[o, c, u, v] = Σ_{n, i, j} dy[n, o, i, j] · x[n, c, i·sH + u·dH − top, …]; added to dw when accumulating.</summary>
    public static void WeightGradient<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate, ConvolutionOptions options = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => WeightGradient(Simd.Chosen, g, x, dy, dw, accumulate, options);

    /// <inheritdoc cref="WeightGradient{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, bool, ConvolutionOptions)"/>
    public static void WeightGradient<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate,
        ConvolutionOptions options = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "Convolution.WeightGradient";
        g.Validate(operation);
        ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        ConvolutionGeometry.Expect(operation, "dw", g.WeightLength, dw.Length);
        if (dw.IsEmpty) return;
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || dy.IsEmpty || x.IsEmpty)
        {
            ConvolutionReference.WeightGradient(g, x, dy, dw, accumulate);
            return;
        }

        if (ConvolutionPointwise.Applies(g))
        {
            ConvolutionPointwise.WeightGradient(variant, g, x, dy, dw, accumulate);
            return;
        }

        fixed (T* px = x, pdy = dy, pdw = dw)
        {
            if (Depthwise.AppliesToGradients(g))
                Depthwise.Gradients(variant, g, px, pdy, null, null, pdw, null, accumulate);
            else if (ConvolutionChoice.IsWinogradForWeights<T>(g, options))
                Winograd.WeightGradient(variant, g, px, pdy, pdw, accumulate);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                ConvolutionWeightGradient<T, Vector512<T>, Lanes512<T>>.Run(g, px, pdy, pdw, accumulate);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                ConvolutionWeightGradient<T, Vector256<T>, Lanes256<T>>.Run(g, px, pdy, pdw, accumulate);
            else
                ConvolutionWeightGradient<T, Vector128<T>, Lanes128<T>>.Run(g, px, pdy, pdw, accumulate);
        }
    }

    /// <summary>True when <c>Gradients</c> is to be had, which takes less time than one gradient after the other.</summary>
    public static bool FusesGradients<T>(SimdVariant variant, in ConvolutionGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => variant != SimdVariant.Reference && IsVectorised<T>() && g.OutputLength > 0 && Depthwise.AppliesToGradients(g);

    /// <summary>Whatever is not empty of dx, dw and db[o] = Σ_{n, i, j} dy[n, o, i, j] in one pass over dy; overwrites them. Without dw x may be empty, without dx weight.</summary>
    public static void Gradients<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, Span<T> dw, Span<T> db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "Convolution.Gradients";
        g.Validate(operation);
        if (!FusesGradients<T>(variant, g)) throw new ArgumentException($"{operation}: not to be had of {g}; take one gradient after the other.");
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        if (!dw.IsEmpty) ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        if (!dx.IsEmpty) ConvolutionGeometry.Expect(operation, "weight", g.WeightLength, weight.Length);
        if (!dx.IsEmpty) ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        if (!dw.IsEmpty) ConvolutionGeometry.Expect(operation, "dw", g.WeightLength, dw.Length);
        if (!db.IsEmpty) ConvolutionGeometry.Expect(operation, "db", g.OutputChannels, db.Length);
        fixed (T* px = x, pdy = dy, pw = weight, pdx = dx, pdw = dw, pdb = db)
            Depthwise.Gradients(variant, g, px, pdy, pw, pdx, pdw, pdb, accumulate: false);
    }

    private static bool IsVectorised<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static void Correlate<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, bool relu, T* source, T* weight, T* bias, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Simd.Has512 && variant == SimdVariant.Vector512)
            ConvolutionCorrelation<T, Vector512<T>, Lanes512<T>>.Run(g, forward, relu, source, weight, bias, destination);
        else if (Simd.Has256 && variant == SimdVariant.Vector256)
            ConvolutionCorrelation<T, Vector256<T>, Lanes256<T>>.Run(g, forward, relu, source, weight, bias, destination);
        else
            ConvolutionCorrelation<T, Vector128<T>, Lanes128<T>>.Run(g, forward, relu, source, weight, bias, destination);
    }

    private static void RunWinograd<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* weight, T* bias,
        ReadOnlySpan<T> filters, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long length = Winograd.FilterLength<T>(variant, g, forward);
        if (!filters.IsEmpty)
        {
            ConvolutionGeometry.Expect("Convolution", "filters", length, filters.Length);
            fixed (T* transformed = filters) Winograd.Run(variant, g, forward, options.Relu, source, transformed, bias, destination);
            return;
        }

        using Scratch<T> scratch = Scratch<T>.Rent(length);
        Winograd.TransformFilters(variant, g, forward, weight, scratch.Pointer);
        Winograd.Run(variant, g, forward, options.Relu, source, scratch.Pointer, bias, destination);
    }
}
