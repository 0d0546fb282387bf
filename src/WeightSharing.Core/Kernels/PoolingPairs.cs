using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The commonest <see cref="MaxPooling"/>: windows of 2×2 that lie side by side without padding, read where they are. Two rows of the plane give
/// one of the output, and backward one of the output gives two; the even and the odd columns of two vectors are the left and the right of as many windows.
/// </summary>
/// <remarks>
/// 128 bits in every variant: the rows of such images are short, and splitting wider vectors into even and odd costs more shuffles. The last vector
/// of a row overlaps the one before. Chunks are runs of planes.
/// </remarks>
internal unsafe struct PoolingPairs<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ChunkElements = 32 * 1024;

    private int planes, height, width, inputHeight, inputWidth, inputPlane;
    private bool backward;
    private T* x, y;
    private int* indices;

    public static bool Suits(in PoolingGeometry g)
        => (g.KernelHeight, g.KernelWidth, g.StrideHeight, g.StrideWidth, g.DilationHeight, g.DilationWidth) == (2, 2, 2, 2, 1, 1)
        && (g.PaddingTop, g.PaddingLeft) == (0, 0) && 2 * g.OutputHeight <= g.Height && 2 * g.OutputWidth <= g.Width
        && g.OutputWidth >= Vector128<T>.Count;

    /// <summary>The maxima of x and, unless null, their places.</summary>
    public static void Forward(in PoolingGeometry g, T* x, T* y, int* indices) => RunAll(g, x, y, indices, backward: false);

    /// <summary>dx, all of it, from dy and the places.</summary>
    public static void Backward(in PoolingGeometry g, T* dy, int* indices, T* dx) => RunAll(g, dx, dy, indices, backward: true);

    private static void RunAll(in PoolingGeometry g, T* x, T* y, int* indices, bool backward)
    {
        var work = new PoolingPairs<T>
        {
            backward = backward,
            inputHeight = g.Height,
            planes = g.Planes,
            height = g.OutputHeight,
            width = g.OutputWidth,
            inputWidth = g.Width,
            inputPlane = g.InputPlane,
            x = x,
            y = y,
            indices = indices,
        };
        int chunk = work.PlanesPerChunk;
        Parallelism.For((g.Planes + chunk - 1) / chunk, ref work, 0.2 * g.InputLength);
    }

    private readonly int PlanesPerChunk => Math.Max(1, ChunkElements / inputPlane);

    public readonly void Run(int chunk)
    {
        int end = Math.Min((chunk + 1) * PlanesPerChunk, planes);
        for (int p = chunk * PlanesPerChunk; p < end; p++)
        {
            nint output = (nint)p * height * width, input = (nint)p * inputPlane;
            int* places = indices == null ? null : indices + output;
            if (backward) Spread(y + output, places, x + input);
            else if (typeof(T) == typeof(float)) Maxima((float*)x + input, (float*)y + output, places);
            else Maxima((double*)x + input, (double*)y + output, places);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Maxima(float* plane, float* maxima, int* places)
    {
        Vector128<float> right = Vector128.Create(1f), below = Vector128.Create((float)inputWidth), belowRight = below + right;
        Vector128<int> steps = Vector128.Create(0, 2, 4, 6);
        for (int i = 0; i < height; i++)
        {
            float* upper = plane + (nint)2 * i * inputWidth, lower = upper + inputWidth;
            for (int j = 0; j < width; j += Vector128<float>.Count)
            {
                j = Math.Min(j, width - Vector128<float>.Count);
                Vector128<float> a = Vector128.Load(upper + 2 * j), b = Vector128.Load(upper + 2 * j + 4);
                Vector128<float> c = Vector128.Load(lower + 2 * j), d = Vector128.Load(lower + 2 * j + 4);
                Vector128<float> best = ConvolutionShuffle.Even(a, b), place = Vector128<float>.Zero;
                Challenge(ConvolutionShuffle.Odd(a, b), right, ref best, ref place);
                Challenge(ConvolutionShuffle.Even(c, d), below, ref best, ref place);
                Challenge(ConvolutionShuffle.Odd(c, d), belowRight, ref best, ref place);
                best.Store(maxima + j);
                if (places == null) continue;
                Vector128<int> first = Vector128.Create(2 * i * inputWidth + 2 * j) + steps;
                (first + Vector128.ConvertToInt32Native(place)).Store(places + j);
            }

            maxima += width;
            if (places != null) places += width;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Maxima(double* plane, double* maxima, int* places)
    {
        Vector128<double> right = Vector128.Create(1.0), below = Vector128.Create((double)inputWidth), belowRight = below + right;
        for (int i = 0; i < height; i++)
        {
            double* upper = plane + (nint)2 * i * inputWidth, lower = upper + inputWidth;
            for (int j = 0; j < width; j += Vector128<double>.Count)
            {
                j = Math.Min(j, width - Vector128<double>.Count);
                Vector128<double> a = Vector128.Load(upper + 2 * j), b = Vector128.Load(upper + 2 * j + 2);
                Vector128<double> c = Vector128.Load(lower + 2 * j), d = Vector128.Load(lower + 2 * j + 2);
                Vector128<double> best = ConvolutionShuffle.Low(a, b), place = Vector128<double>.Zero;
                Challenge(ConvolutionShuffle.High(a, b), right, ref best, ref place);
                Challenge(ConvolutionShuffle.Low(c, d), below, ref best, ref place);
                Challenge(ConvolutionShuffle.High(c, d), belowRight, ref best, ref place);
                best.Store(maxima + j);
                if (places == null) continue;
                int first = 2 * i * inputWidth + 2 * j;
                places[j] = first + (int)place[0];
                places[j + 1] = first + 2 + (int)place[1];
            }

            maxima += width;
            if (places != null) places += width;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Spread(T* gradient, int* places, T* plane)
    {
        for (int i = 0; i < height; i++)
        {
            int row = 2 * i * inputWidth;
            T* upper = plane + row, lower = upper + inputWidth;
            if (typeof(T) == typeof(float)) SpreadRow((float*)gradient, places, row, (float*)upper, (float*)lower);
            else SpreadRow(gradient, places, row, upper, lower);
            for (int j = 2 * width; j < inputWidth; j++) upper[j] = lower[j] = T.Zero;
            gradient += width;
            places += width;
        }

        new Span<T>(plane + (nint)2 * height * inputWidth, (inputHeight - 2 * height) * inputWidth).Clear();
    }

    // Each of the four elements of a window gets the gradient where the place is its own, and else zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void SpreadRow(float* gradient, int* places, int row, float* upper, float* lower)
    {
        Vector128<int> steps = Vector128.Create(0, 2, 4, 6), one = Vector128<int>.One;
        for (int j = 0; j < width; j += Vector128<float>.Count)
        {
            j = Math.Min(j, width - Vector128<float>.Count);
            Vector128<float> g = Vector128.Load(gradient + j);
            Vector128<int> place = Vector128.Load(places + j), at = Vector128.Create(row + 2 * j) + steps, below = at + Vector128.Create(inputWidth);
            Vector128<float> a = g & Vector128.Equals(place, at).AsSingle(), b = g & Vector128.Equals(place, at + one).AsSingle();
            Vector128<float> c = g & Vector128.Equals(place, below).AsSingle(), d = g & Vector128.Equals(place, below + one).AsSingle();
            ConvolutionShuffle.Low(a, b).Store(upper + 2 * j);
            ConvolutionShuffle.High(a, b).Store(upper + 2 * j + 4);
            ConvolutionShuffle.Low(c, d).Store(lower + 2 * j);
            ConvolutionShuffle.High(c, d).Store(lower + 2 * j + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void SpreadRow(T* gradient, int* places, int row, T* upper, T* lower)
    {
        for (int j = 0; j < width; j++)
        {
            int place = places[j] - row - 2 * j;
            upper[2 * j] = place == 0 ? gradient[j] : T.Zero;
            upper[2 * j + 1] = place == 1 ? gradient[j] : T.Zero;
            lower[2 * j] = place == inputWidth ? gradient[j] : T.Zero;
            lower[2 * j + 1] = place == inputWidth + 1 ? gradient[j] : T.Zero;
        }
    }

    /// <summary>A value wins when it is larger, or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Challenge<TElement>(
        Vector128<TElement> value, Vector128<TElement> at, ref Vector128<TElement> best, ref Vector128<TElement> place)
    {
        Vector128<TElement> wins = Vector128.GreaterThan(value, best) | ~Vector128.Equals(value, value);
        best = Vector128.ConditionalSelect(wins, value, best);
        place = Vector128.ConditionalSelect(wins, at, place);
    }
}
