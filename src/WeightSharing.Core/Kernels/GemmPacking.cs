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
    // Sixteen floats are one cache line: every line of every lane is read once, and the target's lines are filled while they are in L1.
    private const int StepBlock = 16;

    // Lanes are far apart, so that the processor does not foresee where the next lines lie: asked for two blocks ahead.
    private const int StepsAhead = 2 * StepBlock;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<T>(T* source, nint lane, nint step, int count, int steps, T* target, int width)
        where T : unmanaged, INumberBase<T>
    {
        if (lane == 1) CopySteps(source, step, count, steps, target, width);
        else if (step == 1 && CanTranspose<T>()) TransposeLanes(source, lane, count, steps, target, width);
        else PackStrided(source, lane, step, 0, count, 0, steps, target, width);
        if (count < width) ClearLanes(count, steps, target, width);
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
    private static void TransposeLanes<T>(T* source, nint lane, int count, int steps, T* target, int width)
        where T : unmanaged, INumberBase<T>
    {
        int square = Vector128<byte>.Count / sizeof(T);
        int wholeLanes = count - count % square;
        int wholeSteps = steps - steps % square;
        for (int block = 0; block < wholeSteps; block += StepBlock)
        {
            int blockEnd = Math.Min(block + StepBlock, wholeSteps);
            for (int i = 0; i < wholeLanes; i += square)
            {
                T* from = source + i * lane;
                for (int l = 0; l < square; l++) Simd.Prefetch(from + l * lane + block + StepsAhead, StepBlock * sizeof(T));
                for (int p = block; p < blockEnd; p += square) TransposeSquare(from + p, lane, target + (nint)p * width + i, width);
            }
        }

        PackStrided(source, lane, 1, wholeLanes, count, 0, wholeSteps, target, width);
        PackStrided(source, lane, 1, 0, count, wholeSteps, steps, target, width);
    }

    private static void PackStrided<T>(
        T* source, nint lane, nint step, int laneStart, int laneEnd, int stepStart, int stepEnd, T* target, int width)
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

    /// <summary>16 bytes square: 4 × 4 floats or 2 × 2 doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare<T>(T* source, nint sourceRow, T* target, nint targetRow)
        where T : unmanaged
    {
        Vector128<double> r0 = Vector128.Load((byte*)source).AsDouble();
        Vector128<double> r1 = Vector128.Load((byte*)(source + sourceRow)).AsDouble();
        if (sizeof(T) == sizeof(double))
        {
            Vector128.Store(ZipLow(r0, r1).AsByte(), (byte*)target);
            Vector128.Store(ZipHigh(r0, r1).AsByte(), (byte*)(target + targetRow));
            return;
        }

        Vector128<float> r2 = Vector128.Load((byte*)(source + 2 * sourceRow)).AsSingle();
        Vector128<float> r3 = Vector128.Load((byte*)(source + 3 * sourceRow)).AsSingle();
        Vector128<double> low01 = ZipLow(r0.AsSingle(), r1.AsSingle()).AsDouble();
        Vector128<double> high01 = ZipHigh(r0.AsSingle(), r1.AsSingle()).AsDouble();
        Vector128<double> low23 = ZipLow(r2, r3).AsDouble();
        Vector128<double> high23 = ZipHigh(r2, r3).AsDouble();
        Vector128.Store(ZipLow(low01, low23).AsByte(), (byte*)target);
        Vector128.Store(ZipHigh(low01, low23).AsByte(), (byte*)(target + targetRow));
        Vector128.Store(ZipLow(high01, high23).AsByte(), (byte*)(target + 2 * targetRow));
        Vector128.Store(ZipHigh(high01, high23).AsByte(), (byte*)(target + 3 * targetRow));
    }

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
