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
        if (options.Pool && !FusesPooling<T>(variant, g, options)) throw new ArgumentException($"{operation}: this convolution is not pooled on the way: {g}.");
        long pooled = (long)g.Batch * g.OutputChannels * (g.OutputHeight / 2) * (g.OutputWidth / 2);
        ConvolutionGeometry.Expect(operation, "y", options.Pool ? pooled : g.OutputLength, y.Length);
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
            else if (FilterLength<T>(variant, g, forward: true, options) is > 0 and long length)
                RunFiltered(variant, g, true, options, px, pw, pb, filters, length, py);
            else Correlate(variant, g, forward: true, options, px, pw, pb, py);
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
            else if (FilterLength<T>(variant, g, forward: false, options) is > 0 and long length)
                RunFiltered(variant, g, false, new ConvolutionOptions(options.Direct), pdy, pw, null, filters, length, pdx);
            else Correlate(variant, g, forward: false, default, pdy, pw, null, pdx);
        }
    }

    /// <summary>True when a forward product can be pooled on the way: <see cref="ConvolutionOptions.Pool"/>.</summary>
    public static bool FusesPooling<T>(SimdVariant variant, in ConvolutionGeometry g, ConvolutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => variant != SimdVariant.Reference && IsVectorised<T>() && g.InputLength > 0 && g.PatchSize > 0 && g.OutputHeight >= 2 && g.OutputWidth >= 2
            && !ConvolutionPointwise.Applies(g) && !Depthwise.Applies(g) && !ConvolutionChoice.IsWinograd<T>(g, forward: true, options)
            && (ConvolutionChoice.IsNarrow<T>(variant, g, forward: true) || ConvolutionCorrelation<T, Vector128<T>, Lanes128<T>>.HasWholeRows(g));

    /// <summary>Elements of the transformed filters that a forward product or an input gradient can take; 0 when it has no use for any.</summary>
    public static long FilterLength<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => variant == SimdVariant.Reference || !IsVectorised<T>() || g.WeightLength == 0 ? 0
            : ConvolutionChoice.IsWinograd<T>(g, forward, options) ? Winograd.FilterLength<T>(variant, g, forward)
            : ConvolutionChoice.IsNarrow<T>(variant, g, forward) ? NarrowConvolution.FilterLength(g)
            : 0;

    /// <summary>The filters as the algorithm takes them.</summary>
    public static void TransformFilters<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, ReadOnlySpan<T> weight, Span<T> filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "Convolution.TransformFilters";
        ConvolutionGeometry.Expect(operation, "weight", g.WeightLength, weight.Length);
        ConvolutionGeometry.Expect(operation, "filters", FilterLength<T>(variant, g, forward, options), filters.Length);
        fixed (T* pw = weight, pf = filters) TransformFilters(variant, g, forward, options, pw, pf);
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
            else if (ConvolutionChoice.IsNarrowForWeights<T>(variant, g))
                NarrowConvolution.WeightGradient(g, px, pdy, pdw, accumulate);
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
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* weight, T* bias, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Simd.Has512 && variant == SimdVariant.Vector512)
            ConvolutionCorrelation<T, Vector512<T>, Lanes512<T>>.Run(g, forward, options, source, weight, bias, destination);
        else if (Simd.Has256 && variant == SimdVariant.Vector256)
            ConvolutionCorrelation<T, Vector256<T>, Lanes256<T>>.Run(g, forward, options, source, weight, bias, destination);
        else
            ConvolutionCorrelation<T, Vector128<T>, Lanes128<T>>.Run(g, forward, options, source, weight, bias, destination);
    }

    private static void RunFiltered<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* weight, T* bias,
        ReadOnlySpan<T> filters, long length, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!filters.IsEmpty)
        {
            ConvolutionGeometry.Expect("Convolution", "filters", length, filters.Length);
            fixed (T* transformed = filters) RunFiltered(variant, g, forward, options, source, transformed, bias, destination);
            return;
        }

        using Scratch<T> scratch = Scratch<T>.Rent(length);
        TransformFilters(variant, g, forward, options, weight, scratch.Pointer);
        RunFiltered(variant, g, forward, options, source, scratch.Pointer, bias, destination);
    }

    private static void RunFiltered<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* filters, T* bias, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (ConvolutionChoice.IsWinograd<T>(g, forward, options)) Winograd.Run(variant, g, forward, options.Relu, source, filters, bias, destination);
        else NarrowConvolution.Run(variant, g, forward, options, source, filters, bias, destination);
    }

    private static void TransformFilters<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* weight, T* filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (ConvolutionChoice.IsWinograd<T>(g, forward, options)) Winograd.TransformFilters(variant, g, forward, weight, filters);
        else NarrowConvolution.TransformFilters(variant, g, forward, weight, filters);
    }
}
