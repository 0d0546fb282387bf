using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>Planes [channel][pixel] into vectors of channels [pixel][L] and back, L the lanes of a vector.</summary>
internal static unsafe class ChannelVectors<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private static int Lanes => L.Count;

    // Squares of 4 × 4 floats or 2 × 2 doubles: as fast as shuffles of whole vectors, and the same on every machine.
    private static int Side => Vector128<T>.Count;

    /// <summary>
    /// vectors[place[p] + c] = planes[c · channelStride + p], p &lt; pixels, and 0 for c ≥ channels; channels ≤ L.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(T* planes, nint channelStride, int channels, int pixels, int* place, T* vectors)
    {
        int side = Side, whole = channels / side * side;
        if (pixels >= side)
        {
            for (int p = 0; p < pixels; p += side)
            {
                // The last square may repeat pixels of the one before, so that nothing behind the plane is read.
                if (p > pixels - side) p = pixels - side;
                T* from = planes + p;
                int* at = place + p;
                for (int c = 0; c < whole; c += side, from += side * channelStride) GatherSquare(from, channelStride, vectors + c, at);
            }
        }
        else
        {
            whole = 0;
        }

        for (int c = whole; c < Lanes; c++)
        {
            T* from = planes + c * channelStride;
            for (int p = 0; p < pixels; p++) vectors[place[p] + c] = c < channels ? from[p] : T.Zero;
        }
    }

    /// <summary>planes[c · channelStride + p] = vectors[place[p] + c], p &lt; pixels, c &lt; channels ≤ L.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(T* vectors, int* place, int channels, int pixels, T* planes, nint channelStride)
    {
        int side = Side, whole = pixels >= side ? channels / side * side : 0;
        for (int c = 0; c < whole; c += side)
        {
            T* to = planes + c * channelStride;
            for (int p = 0; p < pixels; p += side)
            {
                if (p > pixels - side) p = pixels - side;
                ScatterSquare(vectors + c, place + p, to + p, channelStride);
            }
        }

        for (int c = whole; c < channels; c++)
        {
            T* to = planes + c * channelStride;
            for (int p = 0; p < pixels; p++) to[p] = vectors[place[p] + c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherSquare(T* from, nint stride, T* vectors, int* place)
    {
        if (typeof(T) == typeof(float))
        {
            float* f = (float*)from, v = (float*)vectors;
            Vector128<float> a = Vector128.Load(f), b = Vector128.Load(f + stride);
            Vector128<float> c = Vector128.Load(f + 2 * stride), d = Vector128.Load(f + 3 * stride);
            Transpose(ref a, ref b, ref c, ref d);
            a.Store(v + place[0]);
            b.Store(v + place[1]);
            c.Store(v + place[2]);
            d.Store(v + place[3]);
        }
        else
        {
            double* f = (double*)from, v = (double*)vectors;
            Vector128<double> a = Vector128.Load(f), b = Vector128.Load(f + stride);
            ConvolutionShuffle.Low(a, b).Store(v + place[0]);
            ConvolutionShuffle.High(a, b).Store(v + place[1]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScatterSquare(T* vectors, int* place, T* to, nint stride)
    {
        if (typeof(T) == typeof(float))
        {
            float* v = (float*)vectors, t = (float*)to;
            Vector128<float> a = Vector128.Load(v + place[0]), b = Vector128.Load(v + place[1]);
            Vector128<float> c = Vector128.Load(v + place[2]), d = Vector128.Load(v + place[3]);
            Transpose(ref a, ref b, ref c, ref d);
            a.Store(t);
            b.Store(t + stride);
            c.Store(t + 2 * stride);
            d.Store(t + 3 * stride);
        }
        else
        {
            double* v = (double*)vectors, t = (double*)to;
            Vector128<double> a = Vector128.Load(v + place[0]), b = Vector128.Load(v + place[1]);
            ConvolutionShuffle.Low(a, b).Store(t);
            ConvolutionShuffle.High(a, b).Store(t + stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        Vector128<float> ac = ConvolutionShuffle.Low(a, c), bd = ConvolutionShuffle.Low(b, d);
        Vector128<float> ca = ConvolutionShuffle.High(a, c), db = ConvolutionShuffle.High(b, d);
        a = ConvolutionShuffle.Low(ac, bd);
        b = ConvolutionShuffle.High(ac, bd);
        c = ConvolutionShuffle.Low(ca, db);
        d = ConvolutionShuffle.High(ca, db);
    }
}
