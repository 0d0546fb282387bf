using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace WeightSharing.Kernels;

/// <summary>
/// Copies panels of a matrix into the order in which the micro-kernel reads them:
/// target[p · width + i] = source[i · lane + p · step] for i &lt; count, 0 for count ≤ i &lt; width, p &lt; steps.
/// </summary>
/// <remarks>
/// A panel of A has rows as lanes (lane = aRow, step = aColumn), a panel of B columns (lane = bColumn, step = bRow). Exactly
/// width · steps elements are written; nothing outside count × steps is read. Source and target do not overlap.
/// </remarks>
internal static unsafe class GemmPacking
{
    private const int LineBytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<T>(T* source, nint lane, nint step, int count, int steps, T* target, int width)
        where T : unmanaged, INumberBase<T>
    {
        if (lane == 1) CopySteps(source, step, count, steps, target, width);
        else if (step == 1 && CanTranspose<T>()) TransposeLanes(source, lane, count, steps, target, width);
        else PackStrided(source, lane, step, 0, count, 0, steps, target, width);
        if (count < width) ClearLanes(count, steps, target, width);
    }

    /// <summary>target[j · targetRow + i] = source[i · sourceRow + j] for i &lt; rows, j &lt; columns; nothing else is written.</summary>
    public static void Transpose<T>(T* source, nint sourceRow, int rows, int columns, T* target, nint targetRow)
        where T : unmanaged, INumberBase<T>
    {
        if (CanTranspose<T>()) TransposeLanes(source, sourceRow, rows, columns, target, targetRow);
        else PackStrided(source, sourceRow, 1, 0, rows, 0, columns, target, targetRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopySteps<T>(T* source, nint step, int count, int steps, T* target, int width)
        where T : unmanaged, INumberBase<T>
    {
        int bytes = count * sizeof(T);
        for (int p = 0; p < steps; p++)
        {
            byte* from = (byte*)source, to = (byte*)target;
            int i = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; i <= bytes - Vector512<byte>.Count; i += Vector512<byte>.Count) Vector512.Store(Vector512.Load(from + i), to + i);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                for (; i <= bytes - Vector256<byte>.Count; i += Vector256<byte>.Count) Vector256.Store(Vector256.Load(from + i), to + i);
            }

            for (; i <= bytes - Vector128<byte>.Count; i += Vector128<byte>.Count) Vector128.Store(Vector128.Load(from + i), to + i);
            for (i /= sizeof(T); i < count; i++) target[i] = source[i];
            source += step;
            target += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeLanes<T>(T* source, nint lane, int count, int steps, T* target, nint width)
        where T : unmanaged, INumberBase<T>
    {
        int square = Vector128<byte>.Count / sizeof(T);
        int wholeSteps = steps - steps % square;
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i <= count - 4 * square; i += 4 * square) TransposeFourSquares(source + i * lane, lane, wholeSteps, target + i, width);
        }

        if (Avx.IsSupported)
        {
            for (; i <= count - 2 * square; i += 2 * square) TransposeTwoSquares(source + i * lane, lane, wholeSteps, target + i, width);
        }

        for (; i <= count - square; i += square) TransposeSquares(source + i * lane, lane, wholeSteps, target + i, width);
        PackStrided(source, lane, 1, i, count, 0, wholeSteps, target, width);
        PackStrided(source, lane, 1, 0, count, wholeSteps, steps, target, width);
    }

    private static void PackStrided<T>(
        T* source, nint lane, nint step, int laneStart, int laneEnd, int stepStart, int stepEnd, T* target, nint width)
        where T : unmanaged
    {
        for (int i = laneStart; i < laneEnd; i++)
        {
            for (int p = stepStart; p < stepEnd; p++) target[(nint)p * width + i] = source[i * lane + p * step];
        }
    }

    private static void ClearLanes<T>(int count, int steps, T* target, int width)
        where T : unmanaged
    {
        for (int p = 0; p < steps; p++) new Span<T>(target + (nint)p * width + count, width - count).Clear();
    }

    private static bool CanTranspose<T>()
        where T : unmanaged
        => (Sse2.IsSupported || AdvSimd.Arm64.IsSupported) && sizeof(T) is sizeof(float) or sizeof(double);

    /// <summary>Squares of 16 bytes one behind the other: 4 × 4 floats or 2 × 2 doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeSquares<T>(T* source, nint lane, int steps, T* target, nint width)
        where T : unmanaged
    {
        for (int p = 0; p < steps; p += Vector128<byte>.Count / sizeof(T))
        {
            Vector128<double> r0 = Square(source), r1 = Square(source + lane);
            if (sizeof(T) == sizeof(double))
            {
                Store(ZipLow(r0, r1), target);
                Store(ZipHigh(r0, r1), target + width);
            }
            else
            {
                Vector128<float> r2 = Square(source + 2 * lane).AsSingle(), r3 = Square(source + 3 * lane).AsSingle();
                Vector128<double> low01 = ZipLow(r0.AsSingle(), r1.AsSingle()).AsDouble(), low23 = ZipLow(r2, r3).AsDouble();
                Vector128<double> high01 = ZipHigh(r0.AsSingle(), r1.AsSingle()).AsDouble(), high23 = ZipHigh(r2, r3).AsDouble();
                Store(ZipLow(low01, low23), target);
                Store(ZipHigh(low01, low23), target + width);
                Store(ZipLow(high01, high23), target + 2 * width);
                Store(ZipHigh(high01, high23), target + 3 * width);
            }

            source += Vector128<byte>.Count / sizeof(T);
            target += Vector128<byte>.Count / sizeof(T) * width;
        }
    }

    /// <summary>As <see cref="TransposeSquares"/>, two squares side by side in the halves of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeTwoSquares<T>(T* source, nint lane, int steps, T* target, nint width)
        where T : unmanaged
    {
        nint next = Vector128<byte>.Count / sizeof(T) * lane;
        for (int p = 0; p < steps; p += Vector128<byte>.Count / sizeof(T))
        {
            Prefetch(source, lane, 2 * Vector128<byte>.Count / sizeof(T), p);
            Vector256<double> r0 = TwoSquares(source, next), r1 = TwoSquares(source + lane, next);
            if (sizeof(T) == sizeof(double))
            {
                Store(Avx.UnpackLow(r0, r1), target);
                Store(Avx.UnpackHigh(r0, r1), target + width);
            }
            else
            {
                Vector256<float> r2 = TwoSquares(source + 2 * lane, next).AsSingle(), r3 = TwoSquares(source + 3 * lane, next).AsSingle();
                Vector256<double> low01 = Avx.UnpackLow(r0.AsSingle(), r1.AsSingle()).AsDouble(), low23 = Avx.UnpackLow(r2, r3).AsDouble();
                Vector256<double> high01 = Avx.UnpackHigh(r0.AsSingle(), r1.AsSingle()).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
                Store(Avx.UnpackLow(low01, low23), target);
                Store(Avx.UnpackHigh(low01, low23), target + width);
                Store(Avx.UnpackLow(high01, high23), target + 2 * width);
                Store(Avx.UnpackHigh(high01, high23), target + 3 * width);
            }

            source += Vector128<byte>.Count / sizeof(T);
            target += Vector128<byte>.Count / sizeof(T) * width;
        }
    }

    /// <summary>As <see cref="TransposeSquares"/>, four squares side by side in the quarters of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeFourSquares<T>(T* source, nint lane, int steps, T* target, nint width)
        where T : unmanaged
    {
        nint next = Vector128<byte>.Count / sizeof(T) * lane;
        for (int p = 0; p < steps; p += Vector128<byte>.Count / sizeof(T))
        {
            Prefetch(source, lane, 4 * Vector128<byte>.Count / sizeof(T), p);
            Vector512<double> r0 = FourSquares(source, next), r1 = FourSquares(source + lane, next);
            if (sizeof(T) == sizeof(double))
            {
                Store(Avx512F.UnpackLow(r0, r1), target);
                Store(Avx512F.UnpackHigh(r0, r1), target + width);
            }
            else
            {
                Vector512<float> r2 = FourSquares(source + 2 * lane, next).AsSingle(), r3 = FourSquares(source + 3 * lane, next).AsSingle();
                Vector512<double> low01 = Avx512F.UnpackLow(r0.AsSingle(), r1.AsSingle()).AsDouble(), low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
                Vector512<double> high01 = Avx512F.UnpackHigh(r0.AsSingle(), r1.AsSingle()).AsDouble();
                Vector512<double> high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
                Store(Avx512F.UnpackLow(low01, low23), target);
                Store(Avx512F.UnpackHigh(low01, low23), target + width);
                Store(Avx512F.UnpackLow(high01, high23), target + 2 * width);
                Store(Avx512F.UnpackHigh(high01, high23), target + 3 * width);
            }

            source += Vector128<byte>.Count / sizeof(T);
            target += Vector128<byte>.Count / sizeof(T) * width;
        }
    }

    // Lanes are far apart, so that the processor does not foresee where their next lines lie: asked for two lines ahead, once a line.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<T>(T* source, nint lane, int lanes, int p)
        where T : unmanaged
    {
        if (p % (LineBytes / sizeof(T)) != 0) return;
        for (int i = 0; i < lanes; i++) Simd.Prefetch(source + i * lane + 2 * (LineBytes / sizeof(T)), LineBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Square<T>(T* source)
        where T : unmanaged
        => Vector128.Load((double*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> TwoSquares<T>(T* source, nint next)
        where T : unmanaged
        => Avx.InsertVector128(Square(source).ToVector256Unsafe(), Square(source + next), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> FourSquares<T>(T* source, nint next)
        where T : unmanaged
    {
        Vector512<double> r = Avx512F.InsertVector128(Square(source).ToVector256Unsafe().ToVector512Unsafe().AsSingle(), Square(source + next).AsSingle(), 1).AsDouble();
        r = Avx512F.InsertVector128(r.AsSingle(), Square(source + 2 * next).AsSingle(), 2).AsDouble();
        return Avx512F.InsertVector128(r.AsSingle(), Square(source + 3 * next).AsSingle(), 3).AsDouble();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector128<double> vector, T* target)
        where T : unmanaged
        => Vector128.Store(vector, (double*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector256<double> vector, T* target)
        where T : unmanaged
        => Vector256.Store(vector, (double*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector512<double> vector, T* target)
        where T : unmanaged
        => Vector512.Store(vector, (double*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b)
        => Sse2.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b)
        => Sse2.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipLow(Vector128<double> a, Vector128<double> b)
        => Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipHigh(Vector128<double> a, Vector128<double> b)
        => Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
