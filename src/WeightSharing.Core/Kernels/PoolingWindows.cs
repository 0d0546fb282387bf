using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Maxima over windows and their places, vectorised over the flattened plane: the padded planes and offsets of a <see cref="ConvolutionPlan"/>
/// with other arithmetic. Chunks are runs of (plane, block of rows). Distances within a window must be exact in T.
/// </summary>
internal unsafe struct PoolingWindows<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int StripBytes = 8 * 1024;
    private const int ChunkPositions = 8 * 1024;

    private PoolingGeometry g;
    private ConvolutionPlan plan;
    private int unitsPerChunk, slack, stripLength;
    private int* offsets;
    private T* x, y, distances;
    private int* indices;

    public void Run(int chunk)
    {
        using Scratch<T> planes = Scratch<T>.Rent(plan.PlanesLength + slack);
        using Scratch<T> strips = Scratch<T>.Rent(2L * stripLength);
        int end = Math.Min((chunk + 1) * unitsPerChunk, plan.Units);
        for (int unit = chunk * unitsPerChunk; unit < end; unit++)
        {
            int block = unit % plan.Blocks, plane = unit / plan.Blocks;
            int firstRow = block * plan.RowsPerBlock, rows = Math.Min(plan.RowsPerBlock, plan.OutputHeight - firstRow);
            int length = ((rows - 1) * plan.Pitch + plan.OutputWidth + L.Count - 1) / L.Count * L.Count;
            T* source = x + (nint)plane * g.InputPlane;
            T* values = strips.Pointer, places = values + stripLength;
            ConvolutionPlanes<T, V, L>.Pack(plan, source, firstRow, planes.Pointer, slack, T.NegativeInfinity);
            Maxima(plan.Taps, offsets, distances, planes.Pointer, length, values, places);
            for (int i = 0; i < rows; i++)
            {
                nint target = ((nint)plane * g.OutputHeight + firstRow + i) * g.OutputWidth;
                T* row = values + (nint)i * plan.Pitch;
                ConvolutionPlanes<T, V, L>.Copy(row, y + target, g.OutputWidth);
                WriteIndices(firstRow + i, source, row, places + (nint)i * plan.Pitch, indices + target);
            }
        }
    }

    public static void Maximum(in PoolingGeometry g, T* x, T* y, int* indices)
    {
        ConvolutionGeometry windows = g.Windows;
        ConvolutionPlan plan = ConvolutionPlan.Forward(windows);
        // Rows stay whole: a strip of one long row is only read back once.
        plan.Cut(sizeof(T), Math.Max(StripBytes / sizeof(T), g.OutputWidth));
        int length = plan.RowsPerBlock * plan.Pitch;
        using Scratch<int> tables = Scratch<int>.Rent(2 * plan.Taps);
        using Scratch<T> distances = Scratch<T>.Rent(plan.Taps);
        ConvolutionPhase phase;
        plan.WriteTables(windows, forward: true, tables.Pointer, tables.Pointer + plan.Taps, &phase);
        var work = new PoolingWindows<T, V, L> { x = x, y = y, indices = indices };
        work.g = g;
        work.plan = plan;
        work.unitsPerChunk = Math.Max(1, ChunkPositions / length);
        work.slack = plan.Pitch + L.Count;
        work.stripLength = length + L.Count;
        work.offsets = tables.Pointer;
        work.distances = distances.Pointer;
        for (int k = 0; k < plan.Taps; k++)
        {
            int distance = k / g.KernelWidth * g.DilationHeight * g.Width + k % g.KernelWidth * g.DilationWidth;
            work.distances[k] = T.CreateChecked(distance);
        }

        double nanoseconds = g.InputLength + (double)g.OutputLength * plan.Taps / L.Count;
        Parallelism.For((plan.Units + work.unitsPerChunk - 1) / work.unitsPerChunk, ref work, nanoseconds);
    }

    /// <summary>
    /// values[p] = max_k source[offsets[k] + p], places[p] = distances[k] of the first such k; the last NaN wins over all.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Maxima(int count, int* offsets, T* distances, T* source, int length, T* values, T* places)
    {
        V all = L.Equal(L.Zero, L.Zero);
        for (int p = 0; p < length; p += L.Count)
        {
            V best = L.Load(source + offsets[0] + p), place = L.Broadcast(distances[0]);
            for (int k = 1; k < count; k++)
            {
                V value = L.Load(source + offsets[k] + p);
                V wins = L.Select(L.Equal(value, value), L.GreaterThan(value, best), all);
                best = L.Select(wins, value, best);
                place = L.Select(wins, L.Broadcast(distances[k]), place);
            }

            L.Store(best, values + p);
            L.Store(place, places + p);
        }
    }

    /// <summary>
    /// target[j] = place in the plane of the tap that won; taps are numbers of type T because comparisons select among those.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void WriteIndices(int i, T* plane, T* values, T* places, int* target)
    {
        int origin = (i * g.StrideHeight - g.PaddingTop) * g.Width - g.PaddingLeft, stride = g.StrideWidth, width = g.OutputWidth;
        int j = 0;
        if (typeof(T) == typeof(float))
        {
            Vector128<int> window = Vector128.Create(0, stride, 2 * stride, 3 * stride) + Vector128.Create(origin);
            for (; j + 4 <= width; j += 4, window += Vector128.Create(4 * stride))
                (window + Vector128.ConvertToInt32(Vector128.Load((float*)places + j))).Store(target + j);
        }

        for (; j < width; j++) target[j] = origin + j * stride + Truncate(places[j]);
        for (j = 0; j < width; j++)
        {
            // Padding must not win over elements that are −∞ themselves.
            if (values[j] == T.NegativeInfinity) target[j] = MaxPooling.Window(g, plane, i, j).Index;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Truncate(T value)
        => typeof(T) == typeof(float) ? (int)(float)(object)value : (int)(double)(object)value;
}
