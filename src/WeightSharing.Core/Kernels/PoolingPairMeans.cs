using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The commonest <see cref="AveragePooling"/>: windows of 2×2 that lie side by side without padding, read where they are. Two rows of the plane give
/// one of the output, and backward one of the output gives two.
/// </summary>
/// <remarks>
/// y = ((x₀₀ + x₁₀) + (x₀₁ + x₁₁)) / 4, the order of <see cref="PoolingValues{T, V, L, TFold}"/>, and dx = dy / 4 in each element of a window. 128 bits in every
/// variant, as in <see cref="PoolingPairs{T}"/>; the last vector of a row overlaps the one before. Chunks are runs of planes.
/// </remarks>
internal unsafe struct PoolingPairMeans<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ChunkElements = 32 * 1024;

    private PoolingGeometry g;
    private T* x, y;
    private bool backward;
    private int planesPerChunk;

    /// <summary>y, all of it, from x.</summary>
    public static void Forward(in PoolingGeometry g, T* x, T* y) => RunAll(g, x, y, backward: false);

    /// <summary>dx, all of it, from dy.</summary>
    public static void Backward(in PoolingGeometry g, T* dy, T* dx) => RunAll(g, dx, dy, backward: true);

    private static void RunAll(in PoolingGeometry g, T* x, T* y, bool backward)
    {
        var work = new PoolingPairMeans<T>
        {
            g = g,
            x = x,
            y = y,
            backward = backward,
            planesPerChunk = Math.Max(1, ChunkElements / g.InputPlane),
        };
        Parallelism.For((g.Planes + work.planesPerChunk - 1) / work.planesPerChunk, ref work, 0.1 * g.InputLength);
    }

    public readonly void Run(int chunk)
    {
        int end = Math.Min((chunk + 1) * planesPerChunk, g.Planes);
        for (int p = chunk * planesPerChunk; p < end; p++)
        {
            T* plane = x + (nint)p * g.InputPlane, means = y + (nint)p * g.OutputPlane;
            if (backward) Spread(means, plane, g.OutputHeight, g.OutputWidth, g.Height, g.Width);
            else Means(plane, means, g.OutputHeight, g.OutputWidth, g.Width);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Means(T* plane, T* means, int height, int width, int inputWidth)
    {
        Vector128<T> quarter = Vector128.Create(Number.Of<T>(0.25));
        for (int i = 0; i < height; i++, means += width)
        {
            T* upper = plane + (nint)2 * i * inputWidth, lower = upper + inputWidth;
            for (int j = 0; j < width; j += Vector128<T>.Count)
            {
                j = Math.Min(j, width - Vector128<T>.Count);
                Vector128<T> a = Vector128.Load(upper + 2 * j) + Vector128.Load(lower + 2 * j);
                Vector128<T> b = Vector128.Load(upper + 2 * j + Vector128<T>.Count) + Vector128.Load(lower + 2 * j + Vector128<T>.Count);
                ((Even(a, b) + Odd(a, b)) * quarter).Store(means + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Spread(T* gradient, T* plane, int height, int width, int inputHeight, int inputWidth)
    {
        Vector128<T> quarter = Vector128.Create(Number.Of<T>(0.25));
        for (int i = 0; i < height; i++, gradient += width)
        {
            T* upper = plane + (nint)2 * i * inputWidth, lower = upper + inputWidth;
            for (int j = 0; j < width; j += Vector128<T>.Count)
            {
                j = Math.Min(j, width - Vector128<T>.Count);

                // Added to zero, as a sum over windows is: −0 becomes 0.
                Vector128<T> share = Vector128.Load(gradient + j) * quarter + Vector128<T>.Zero, first = Low(share), second = High(share);
                first.Store(upper + 2 * j);
                second.Store(upper + 2 * j + Vector128<T>.Count);
                first.Store(lower + 2 * j);
                second.Store(lower + 2 * j + Vector128<T>.Count);
            }

            for (int j = 2 * width; j < inputWidth; j++) upper[j] = lower[j] = T.Zero;
        }

        new Span<T>(plane + (nint)2 * height * inputWidth, (inputHeight - 2 * height) * inputWidth).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Even(Vector128<T> a, Vector128<T> b) => typeof(T) == typeof(float)
        ? ConvolutionShuffle.Even(a.AsSingle(), b.AsSingle()).As<float, T>()
        : ConvolutionShuffle.Low(a.AsDouble(), b.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Odd(Vector128<T> a, Vector128<T> b) => typeof(T) == typeof(float)
        ? ConvolutionShuffle.Odd(a.AsSingle(), b.AsSingle()).As<float, T>()
        : ConvolutionShuffle.High(a.AsDouble(), b.AsDouble()).As<double, T>();

    /// <summary>The first half of the elements, each twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Low(Vector128<T> a) => typeof(T) == typeof(float)
        ? ConvolutionShuffle.Low(a.AsSingle(), a.AsSingle()).As<float, T>()
        : ConvolutionShuffle.Low(a.AsDouble(), a.AsDouble()).As<double, T>();

    /// <summary>The second half of the elements, each twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> High(Vector128<T> a) => typeof(T) == typeof(float)
        ? ConvolutionShuffle.High(a.AsSingle(), a.AsSingle()).As<float, T>()
        : ConvolutionShuffle.High(a.AsDouble(), a.AsDouble()).As<double, T>();
}
