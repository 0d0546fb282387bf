using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>Copies between dense images and the padded planes of a <see cref="ConvolutionPlan"/>.</summary>
internal static unsafe class ConvolutionPlanes<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>
    /// planes[c][a][b][r][t] = source[c, (firstRow + r) · sH + a − top, t · sW + b − left], <paramref name="padding"/> outside and in the
    /// <paramref name="slack"/> elements behind the last plane.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in ConvolutionPlan plan, T* source, int firstRow, T* planes, int slack, T padding = default)
    {
        int strideWidth = plan.SourceStrideWidth, pitch = plan.Pitch, width = plan.SourceWidth;
        for (int c = 0; c < plan.SourceChannels; c++)
        {
            T* plane = source + (nint)c * plan.SourceHeight * width;
            for (int a = 0; a < plan.RowPhases; a++)
            {
                for (int b = 0; b < plan.ColumnPhases; b++)
                {
                    // t · stride + b − left in [0, width)
                    int first = Math.Clamp(ConvolutionPlan.CeilingDivide(plan.Left - b, strideWidth), 0, pitch);
                    int end = Math.Clamp(ConvolutionPlan.CeilingDivide(width + plan.Left - b, strideWidth), first, pitch);
                    int origin = first * strideWidth + b - plan.Left;
                    for (int r = 0; r < plan.PlaneRows; r++, planes += pitch)
                    {
                        int h = (firstRow + r) * plan.SourceStrideHeight + a - plan.Top;
                        if ((uint)h >= (uint)plan.SourceHeight)
                        {
                            Fill(planes, pitch, padding);
                            continue;
                        }

                        Fill(planes, first, padding);
                        CopyStrided(plane + (nint)h * width + origin, strideWidth, planes + first, end - first);
                        Fill(planes + end, pitch - end, padding);
                    }

                    Fill(planes, plan.Guard, padding);
                    planes += plan.Guard;
                }
            }
        }

        Fill(planes, slack, padding);
    }

    /// <summary>
    /// Writes the used columns of a strip [channel][row][pitch], or max(0, ·) of them, to the destination planes of one phase; changes the strip.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(
        in ConvolutionPlan plan, in ConvolutionPhase phase, T* strip, nint stripPitch, int channels, int firstRow, int rows, T* destination,
        bool relu)
    {
        if (relu) ApplyRelu(plan, strip, stripPitch, channels, rows);
        int stepHeight = plan.StepHeight, stepWidth = plan.StepWidth;
        int first = Math.Clamp(ConvolutionPlan.CeilingDivide(-phase.ColumnShift, stepWidth), 0, plan.OutputWidth);
        int end = Math.Clamp(ConvolutionPlan.CeilingDivide(plan.DestinationWidth - phase.ColumnShift, stepWidth), first, plan.OutputWidth);
        for (int c = 0; c < channels; c++)
        {
            T* plane = destination + (nint)c * plan.DestinationHeight * plan.DestinationWidth;
            for (int i = 0; i < rows; i++)
            {
                int h = (firstRow + i) * stepHeight + phase.RowShift;
                if ((uint)h >= (uint)plan.DestinationHeight) continue;
                T* from = strip + c * stripPitch + (nint)i * plan.Pitch + first;
                T* to = plane + (nint)h * plan.DestinationWidth + first * stepWidth + phase.ColumnShift;
                if (stepWidth == 1)
                {
                    Copy(from, to, end - first);
                    continue;
                }

                for (int j = 0; j < end - first; j++) to[(nint)j * stepWidth] = from[j];
            }
        }
    }

    // The strip is in the first cache, so that one more pass over it costs little.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRelu(in ConvolutionPlan plan, T* strip, nint stripPitch, int channels, int rows)
    {
        int positions = (rows - 1) * plan.Pitch + plan.OutputWidth;
        for (int c = 0; c < channels; c++)
        {
            T* row = strip + c * stripPitch;
            for (int p = 0; p < positions; p += L.Count) L.Store(default(Relu<T>).Apply<V, L>(L.Load(row + p)), row + p);
        }
    }

    /// <summary>Rows are short: a call to copy one would take longer than the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* source, T* target, int count)
    {
        int i = 0;
        for (; i + L.Count <= count; i += L.Count) L.Store(L.Load(source + i), target + i);
        if (i == count) return;
        if (count >= L.Count)
        {
            L.Store(L.Load(source + count - L.Count), target + count - L.Count);
            return;
        }

        for (; i + Vector128<T>.Count <= count; i += Vector128<T>.Count) Vector128.Store(Vector128.Load(source + i), target + i);
        for (; i < count; i++) target[i] = source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(T* target, int count, T value)
    {
        int i = 0;
        for (; i + L.Count <= count; i += L.Count) L.Store(L.Broadcast(value), target + i);
        for (; i < count; i++) target[i] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyStrided(T* source, int stride, T* target, int count)
    {
        if (stride == 1) Copy(source, target, count);
        else CopyEach(source, stride, target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyEach(T* source, int stride, T* target, int count)
    {
        int i = 0;
        if (typeof(T) == typeof(float) && stride == 2)
        {
            // The last block is left out: its second vector may reach one element past the row.
            for (; i + 4 < count; i += 4)
            {
                float* from = (float*)source + 2 * i;
                ConvolutionShuffle.Even(Vector128.Load(from), Vector128.Load(from + 4)).Store((float*)target + i);
            }
        }

        for (; i < count; i++) target[i] = source[(nint)i * stride];
    }
}
