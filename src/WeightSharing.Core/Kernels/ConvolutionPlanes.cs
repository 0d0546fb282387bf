using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Copies between dense images and the padded planes of a <see cref="ConvolutionPlan"/>.</summary>
internal static unsafe class ConvolutionPlanes<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// planes[c][a][b][r][t] = source[c, (firstRow + r) · sH + a − top, t · sW + b − left], zero outside, and
    /// <paramref name="slack"/> zeros behind the last plane.
    /// </summary>
    public static void Pack(in ConvolutionPlan plan, T* source, int firstRow, T* planes, int slack)
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
                    int first = Math.Clamp(CeilingDivide(plan.Left - b, strideWidth), 0, pitch);
                    int end = Math.Clamp(CeilingDivide(width + plan.Left - b, strideWidth), first, pitch);
                    int origin = first * strideWidth + b - plan.Left;
                    for (int r = 0; r < plan.PlaneRows; r++, planes += pitch)
                    {
                        int h = (firstRow + r) * plan.SourceStrideHeight + a - plan.Top;
                        if ((uint)h >= (uint)plan.SourceHeight)
                        {
                            Clear(planes, pitch);
                            continue;
                        }

                        Clear(planes, first);
                        CopyStrided(plane + (nint)h * width + origin, strideWidth, planes + first, end - first);
                        Clear(planes + end, pitch - end);
                    }
                }
            }
        }

        Clear(planes, slack);
    }

    /// <summary>Writes the used columns of a strip [channel][row][pitch] to the destination planes of one phase.</summary>
    public static void Unpack(
        in ConvolutionPlan plan, in ConvolutionPhase phase, T* strip, nint stripPitch, int channels, int firstRow, int rows, T* destination)
    {
        int stepHeight = plan.StepHeight, stepWidth = plan.StepWidth;
        int first = Math.Clamp(CeilingDivide(-phase.ColumnShift, stepWidth), 0, plan.OutputWidth);
        int end = Math.Clamp(CeilingDivide(plan.DestinationWidth - phase.ColumnShift, stepWidth), first, plan.OutputWidth);
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

    public static int CeilingDivide(int value, int divisor) => value <= 0 ? -(-value / divisor) : (value - 1) / divisor + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* source, T* target, int count) => new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(target, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(T* target, int count)
    {
        if (count <= 8)
        {
            for (int i = 0; i < count; i++) target[i] = T.Zero;
        }
        else
        {
            new Span<T>(target, count).Clear();
        }
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
        for (int i = 0; i < count; i++, source += stride) target[i] = *source;
    }
}
