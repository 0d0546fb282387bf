using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>Transpositions in blocks of 128-bit rows, which every instruction set does equally well.</summary>
internal static unsafe class LocallyConnectedLayout<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static int Block => Vector128<T>.Count;

    /// <summary>target[c · targetPitch + r] = source[r · sourcePitch + c], r &lt; rows, c &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(T* source, nint sourcePitch, int rows, int columns, T* target, nint targetPitch)
    {
        int c = 0;
        for (; c + Block <= columns; c += Block)
        {
            int r = 0;
            for (; r + Block <= rows; r += Block)
            {
                T* from = source + r * sourcePitch + c;
                BlockOf(
                    from, from + sourcePitch, from + 2 * sourcePitch, from + 3 * sourcePitch, target + c * targetPitch + r, targetPitch);
            }

            for (; r < rows; r++)
            {
                for (int i = 0; i < Block; i++) target[(c + i) * targetPitch + r] = source[r * sourcePitch + c + i];
            }
        }

        for (; c < columns; c++)
        {
            for (int r = 0; r < rows; r++) target[c * targetPitch + r] = source[r * sourcePitch + c];
        }
    }

    /// <summary>
    /// target[c · targetPitch + r] = source[rowOffsets[r] + c]: rows at arbitrary places; columns and targetPitch are whole blocks, and
    /// what the last block of rows lacks becomes zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransposeRows(T* source, nint* rowOffsets, T* zeros, int rows, int columns, T* target, nint targetPitch)
    {
        for (int r = 0; r < rows; r += Block)
        {
            T* r0 = source + rowOffsets[r];
            T* r1 = r + 1 < rows ? source + rowOffsets[r + 1] : zeros;
            T* r2 = r + 2 < rows ? source + rowOffsets[r + 2] : zeros;
            T* r3 = r + 3 < rows ? source + rowOffsets[r + 3] : zeros;
            for (int c = 0; c < columns; c += Block) BlockOf(r0 + c, r1 + c, r2 + c, r3 + c, target + c * targetPitch + r, targetPitch);
        }
    }

    // Doubles use the first two rows only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BlockOf(T* r0, T* r1, T* r2, T* r3, T* target, nint pitch)
    {
        if (typeof(T) == typeof(float))
        {
            Vector128<float> a = Vector128.Load((float*)r0), b = Vector128.Load((float*)r1);
            Vector128<float> c = Vector128.Load((float*)r2), d = Vector128.Load((float*)r3);
            Vector128<float> ac = ConvolutionShuffle.Low(a, c), bd = ConvolutionShuffle.Low(b, d);
            Vector128<float> acHigh = ConvolutionShuffle.High(a, c), bdHigh = ConvolutionShuffle.High(b, d);
            ConvolutionShuffle.Low(ac, bd).Store((float*)target);
            ConvolutionShuffle.High(ac, bd).Store((float*)(target + pitch));
            ConvolutionShuffle.Low(acHigh, bdHigh).Store((float*)(target + 2 * pitch));
            ConvolutionShuffle.High(acHigh, bdHigh).Store((float*)(target + 3 * pitch));
        }
        else
        {
            Vector128<double> a = Vector128.Load((double*)r0), b = Vector128.Load((double*)r1);
            Vector128.Create(a[0], b[0]).Store((double*)target);
            Vector128.Create(a[1], b[1]).Store((double*)(target + pitch));
        }
    }
}

/// <summary>
/// Moves the batch to the innermost place, [N, channels, pixels] → [pixels, channels, padded N], zeros behind the batch; or back.
/// </summary>
internal unsafe struct LocallyConnectedBatchLayout<T> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ChunkElements = 1024;

    private int batch, padded, channels, pixels, pixelsPerChunk;
    private bool inward;
    private T* dense, batchInner;

    public static void MoveInward(T* dense, int batch, int channels, int pixels, T* batchInner, int padded)
        => Run(new() { batch = batch, padded = padded, channels = channels, pixels = pixels, inward = true, dense = dense, batchInner = batchInner });

    public static void MoveOutward(T* batchInner, int padded, int channels, int pixels, T* dense, int batch)
        => Run(new() { batch = batch, padded = padded, channels = channels, pixels = pixels, inward = false, dense = dense, batchInner = batchInner });

    private static void Run(LocallyConnectedBatchLayout<T> work)
    {
        // Whole lines of the dense side.
        work.pixelsPerChunk = Math.Max(16, ChunkElements / work.channels / 16 * 16);
        Parallelism.For(
            (work.pixels + work.pixelsPerChunk - 1) / work.pixelsPerChunk, ref work, 0.4 * work.channels * work.pixels * work.batch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int first = chunk * pixelsPerChunk, count = Math.Min(pixelsPerChunk, pixels - first);
        nint image = (nint)channels * pixels, pixel = (nint)channels * padded;
        for (int c = 0; c < channels; c++)
        {
            T* from = dense + (nint)c * pixels + first, inner = batchInner + first * pixel + (nint)c * padded;
            if (!inward)
            {
                LocallyConnectedLayout<T>.Transpose(inner, pixel, count, batch, from, image);
                continue;
            }

            LocallyConnectedLayout<T>.Transpose(from, image, batch, count, inner, pixel);
            if (batch == padded) continue;
            for (int i = 0; i < count; i++) new Span<T>(inner + i * pixel + batch, padded - batch).Clear();
        }
    }
}
