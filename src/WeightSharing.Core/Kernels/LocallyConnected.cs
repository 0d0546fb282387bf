using System.Numerics;
using System.Runtime.Intrinsics;

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
internal static unsafe class LocallyConnected
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
        if (y.IsEmpty) return;
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || weight.IsEmpty)
        {
            LocallyConnectedReference.Forward(g, x, weight, bias, y);
            return;
        }

        fixed (T* px = x, pw = weight, pb = bias, py = y)
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && g.Batch > Vector256<T>.Count)
                LocallyConnectedProducts<T, Vector512<T>, Lanes512<T>>.Forward(g, px, pw, pb, py);
            else if (Simd.Has256 && variant >= SimdVariant.Vector256 && g.Batch > Vector128<T>.Count)
                LocallyConnectedProducts<T, Vector256<T>, Lanes256<T>>.Forward(g, px, pw, pb, py);
            else
                LocallyConnectedProducts<T, Vector128<T>, Lanes128<T>>.Forward(g, px, pw, pb, py);
        }
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
        if (dx.IsEmpty) return;
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || weight.IsEmpty)
        {
            LocallyConnectedReference.InputGradient(g, dy, weight, dx);
            return;
        }

        fixed (T* pdy = dy, pw = weight, pdx = dx)
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && g.Batch > Vector256<T>.Count)
                LocallyConnectedProducts<T, Vector512<T>, Lanes512<T>>.Gradients(g, null, pdy, pw, pdx, null, null, accumulate: false);
            else if (Simd.Has256 && variant >= SimdVariant.Vector256 && g.Batch > Vector128<T>.Count)
                LocallyConnectedProducts<T, Vector256<T>, Lanes256<T>>.Gradients(g, null, pdy, pw, pdx, null, null, accumulate: false);
            else
                LocallyConnectedProducts<T, Vector128<T>, Lanes128<T>>.Gradients(g, null, pdy, pw, pdx, null, null, accumulate: false);
        }
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
        if (dw.IsEmpty) return;
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || dy.IsEmpty || x.IsEmpty)
        {
            LocallyConnectedReference.WeightGradient(g, x, dy, dw, accumulate);
            return;
        }

        fixed (T* px = x, pdy = dy, pdw = dw)
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && g.Batch > Vector256<T>.Count)
                LocallyConnectedProducts<T, Vector512<T>, Lanes512<T>>.Gradients(g, px, pdy, null, null, pdw, null, accumulate);
            else if (Simd.Has256 && variant >= SimdVariant.Vector256 && g.Batch > Vector128<T>.Count)
                LocallyConnectedProducts<T, Vector256<T>, Lanes256<T>>.Gradients(g, px, pdy, null, null, pdw, null, accumulate);
            else
                LocallyConnectedProducts<T, Vector128<T>, Lanes128<T>>.Gradients(g, px, pdy, null, null, pdw, null, accumulate);
        }
    }

    /// <summary>Whatever is not empty of dx, dw and db[p, o] = Σ_n dy[n, o, p]; overwrites them. Without dw x may be empty, without dx weight.</summary>
    public static void Gradients<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, Span<T> dw, Span<T> db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Gradients(Simd.Chosen, g, x, dy, weight, dx, dw, db);

    /// <inheritdoc cref="Gradients{T}(in ConvolutionGeometry, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T}, Span{T}, Span{T})"/>
    public static void Gradients<T>(
        SimdVariant variant, in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, Span<T> dw, Span<T> db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "LocallyConnected.Gradients";
        Validate(operation, g);
        ConvolutionGeometry.Expect(operation, "dy", g.OutputLength, dy.Length);
        if (!dx.IsEmpty) ConvolutionGeometry.Expect(operation, "weight", WeightLength(g), weight.Length);
        if (!dx.IsEmpty) ConvolutionGeometry.Expect(operation, "dx", g.InputLength, dx.Length);
        if (!dw.IsEmpty) ConvolutionGeometry.Expect(operation, "x", g.InputLength, x.Length);
        if (!dw.IsEmpty) ConvolutionGeometry.Expect(operation, "dw", WeightLength(g), dw.Length);
        if (!db.IsEmpty) ConvolutionGeometry.Expect(operation, "db", (long)g.OutputPlane * g.OutputChannels, db.Length);
        if (variant == SimdVariant.Reference || !IsVectorised<T>() || dy.IsEmpty || dx.IsEmpty && dw.IsEmpty)
        {
            if (!dx.IsEmpty) LocallyConnectedReference.InputGradient(g, dy, weight, dx);
            if (!dw.IsEmpty) LocallyConnectedReference.WeightGradient(g, x, dy, dw, accumulate: false);
            if (!db.IsEmpty) LocallyConnectedReference.BiasGradient(g, dy, db);
            return;
        }

        fixed (T* px = x, pdy = dy, pw = weight, pdx = dx, pdw = dw, pdb = db)
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && g.Batch > Vector256<T>.Count)
                LocallyConnectedProducts<T, Vector512<T>, Lanes512<T>>.Gradients(g, px, pdy, pw, pdx, pdw, pdb, accumulate: false);
            else if (Simd.Has256 && variant >= SimdVariant.Vector256 && g.Batch > Vector128<T>.Count)
                LocallyConnectedProducts<T, Vector256<T>, Lanes256<T>>.Gradients(g, px, pdy, pw, pdx, pdw, pdb, accumulate: false);
            else
                LocallyConnectedProducts<T, Vector128<T>, Lanes128<T>>.Gradients(g, px, pdy, pw, pdx, pdw, pdb, accumulate: false);
        }
    }

    private static bool IsVectorised<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static long WeightLength(in ConvolutionGeometry g) => g.OutputPlane * g.WeightLength;

    private static void Validate(string operation, in ConvolutionGeometry g)
    {
        g.Validate(operation);
        if (g.Groups != 1) throw new ArgumentException($"{operation}: groups is {g.Groups}; a locally connected layer has 1.");
    }
}
