using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The weight gradient by the adjoint of <see cref="Winograd"/>: dg = Gᵀ [Σ over tiles (A dy Aᵀ) ∘ (Bᵀ d B)] G, a quarter of the multiplications.
/// </summary>
/// <remarks>
/// A chunk's tiles are transformed while they are in the second cache, V[point][tile][channel of x] and D[point][tile][channel of dy]; at each point
/// the sum over tiles is a product of two matrices, added to M[point][channel of dy][channel of x]. Runs of chunks have sums of their own, which are
/// added in ascending order and transformed back at the end; how many there are depends on the shape alone.
/// </remarks>
internal unsafe struct WinogradWeights<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // More runs than these would not spread the work better; their sums are limited to this many elements, but for two, which threads need.
    private const int MostRuns = 8;
    private const long LargestSums = 1 << 19;

    // What reading one element of the sums takes at the end: those of one channel lie far apart.
    private const double SumNanoseconds = 0.5;

    private WinogradPlan plan;
    private WinogradRows<T, V, L> inputs, gradients;
    private int runs, sourceWidth, outputWidth;
    private nint inputStride, gradientStride;
    private bool finishes, accumulate;
    private T* sums, dw;

    /// <summary>dw = Σ dy ⋆ x, added to dw when accumulating.</summary>
    public static void Run(in WinogradPlan plan, T* x, T* dy, T* dw, bool accumulate)
    {
        int chunks = plan.RowChunks * plan.ColumnChunks, tiles = plan.RowsPerChunk * plan.ColumnsPerChunk * plan.ColumnPhases, line = 64 / sizeof(T);
        var work = new WinogradWeights<T, V, L>
        {
            plan = plan,
            inputs = WinogradRows<T, V, L>.OfSource(plan, x),
            gradients = WinogradRows<T, V, L>.OfOutput(plan, dy),
            sourceWidth = plan.SourceBlocks * L.Count,
            outputWidth = plan.OutputBlocks * L.Count,
            accumulate = accumulate,
            dw = dw,
        };
        work.inputStride = (nint)tiles * work.sourceWidth + line;
        work.gradientStride = (nint)tiles * work.outputWidth + line;
        work.runs = (int)Math.Min(chunks, Math.Clamp(LargestSums / work.SumsLength, 2, MostRuns));

        using Scratch<int> inputPlaces = Scratch<int>.Rent(work.inputs.Pixels);
        using Scratch<int> gradientPlaces = Scratch<int>.Rent(work.gradients.Pixels);
        using Scratch<T> sums = Scratch<T>.Rent((long)plan.Groups * work.runs * work.SumsLength);
        work.inputs.SetPlaces(inputPlaces.Pointer);
        work.gradients.SetPlaces(gradientPlaces.Pointer);
        work.sums = sums.Pointer;
        double outputs = (double)plan.Batch * plan.Groups * plan.OutputChannels * plan.OutputHeight * plan.OutputWidth;
        Parallelism.For(plan.Groups * work.runs, ref work, outputs * plan.SourceChannels * 9 / L.Count / 8);
        work.finishes = true;
        Parallelism.For(plan.Groups * plan.OutputChannels, ref work, SumNanoseconds * plan.Groups * work.runs * work.SumsLength);
    }

    public readonly void Run(int chunk)
    {
        if (finishes) Finish(chunk / plan.OutputChannels, chunk % plan.OutputChannels);
        else RunChunks(chunk / runs, chunk % runs);
    }

    private readonly nint SumsLength => (nint)plan.Points * plan.OutputChannels * sourceWidth;

    private readonly T* Sums(int group, int run) => sums + ((nint)group * runs + run) * SumsLength;

    private readonly void RunChunks(int group, int run)
    {
        T* m = Sums(group, run);
        using Scratch<T> v = Scratch<T>.Rent(plan.Points * inputStride);
        using Scratch<T> d = Scratch<T>.Rent(plan.Points * gradientStride);
        using Scratch<T> rows = Scratch<T>.Rent(Math.Max(inputs.RowsLength, gradients.RowsLength));
        using Scratch<T> half = Scratch<T>.Rent(WinogradForm<T, V, L>.HalfLength);
        int chunks = plan.RowChunks * plan.ColumnChunks, end = (int)((long)chunks * (run + 1) / runs);
        int start = (int)((long)chunks * run / runs);
        for (int chunk = start; chunk < end; chunk++)
        {
            int firstColumn = chunk % plan.ColumnChunks * plan.ColumnsPerChunk, columns = Math.Min(plan.ColumnsPerChunk, plan.TileColumns - firstColumn);
            int firstRow = chunk / plan.ColumnChunks * plan.RowsPerChunk, endRow = Math.Min(firstRow + plan.RowsPerChunk, plan.Rows);
            for (int block = 0; block < plan.SourceBlocks; block++)
                TransformInputs(group, block, firstRow, endRow, firstColumn, columns, rows.Pointer, half.Pointer, v.Pointer + block * L.Count);
            for (int block = 0; block < plan.OutputBlocks; block++)
                TransformGradients(group, block, firstRow, endRow, firstColumn, columns, rows.Pointer, d.Pointer + block * L.Count);
            for (int point = 0; point < plan.Points; point++)
            {
                Multiply(
                    (endRow - firstRow) * columns * plan.ColumnPhases, d.Pointer + point * gradientStride, v.Pointer + point * inputStride,
                    m + (nint)point * plan.OutputChannels * sourceWidth, adds: chunk > start);
            }
        }
    }

    private readonly void TransformInputs(int group, int block, int firstRow, int endRow, int firstColumn, int columns, T* rows, T* half, T* target)
    {
        nint rowLength = (nint)inputs.PaddedWidth * L.Count;
        for (int row = firstRow, end; row < endRow; row = end)
        {
            end = Math.Min(endRow, (row / plan.TileRows + 1) * plan.TileRows);
            inputs.Gather(group, block, row, end, firstColumn, columns, rows);
            T* from = rows;
            for (int part = 0; part < (end - row) * plan.ColumnPhases; part++, target += columns * sourceWidth)
            {
                WinogradForm<T, V, L>.Inputs(plan, from, rowLength, columns, half, target, inputStride, sourceWidth);
                from = NextPart(from, part, inputs, rowLength);
            }
        }
    }

    private readonly void TransformGradients(int group, int block, int firstRow, int endRow, int firstColumn, int columns, T* rows, T* target)
    {
        nint rowLength = (nint)gradients.PaddedWidth * L.Count;
        for (int row = firstRow, end; row < endRow; row = end)
        {
            end = Math.Min(endRow, (row / plan.TileRows + 1) * plan.TileRows);
            gradients.Gather(group, block, row, end, firstColumn, columns, rows);
            T* from = rows;
            for (int part = 0; part < (end - row) * plan.ColumnPhases; part++, target += columns * outputWidth)
            {
                WinogradForm<T, V, L>.Gradients(plan, from, rowLength, columns, target, gradientStride, outputWidth);
                from = NextPart(from, part, gradients, rowLength);
            }
        }
    }

    // From one column phase of a row of tiles to the next one.
    private readonly T* NextPart(T* from, int part, in WinogradRows<T, V, L> window, nint rowLength)
    {
        from += (nint)window.PhaseWidth * L.Count;
        return (part + 1) % plan.ColumnPhases == 0 ? from + (window.Step - 1) * rowLength : from;
    }

    // m [channel of dy, channel of x] = Dᵀ [channel of dy, tile] · V [tile, channel of x] (+ m)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply(int tiles, T* d, T* v, T* m, bool adds)
    {
        int most = GemmTile<T, V, L>.MaximumRows, pair = 2 * L.Count;
        int parts = (plan.OutputChannels + most - 1) / most, step = (plan.OutputChannels + parts - 1) / parts;
        for (int j = 0; j < sourceWidth; j += pair)
        {
            for (int i = 0; i < plan.OutputChannels; i += step)
            {
                int rows = Math.Min(step, plan.OutputChannels - i);
                T* target = m + (nint)i * sourceWidth + j, source = adds ? target : null;
                if (j + pair <= sourceWidth)
                    GemmTile<T, V, L>.Run<N2>(rows, tiles, d + i, 1, outputWidth, v + j, sourceWidth, source, sourceWidth, target, sourceWidth);
                else
                    GemmTile<T, V, L>.Run<N1>(rows, tiles, d + i, 1, outputWidth, v + j, sourceWidth, source, sourceWidth, target, sourceWidth);
            }
        }
    }

    /// <summary>The filters of one channel of dy from the sums of all runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Finish(int group, int channel)
    {
        const int taps = 9;
        T* m = stackalloc T[WinogradPlan.MostPoints * L.Count], g = stackalloc T[taps * L.Count];
        T* target = dw + ((nint)group * plan.OutputChannels + channel) * plan.SourceChannels * taps;
        for (int first = 0; first < plan.SourceChannels; first += L.Count)
        {
            for (int point = 0; point < plan.Points; point++)
            {
                nint at = ((nint)point * plan.OutputChannels + channel) * sourceWidth + first;
                V sum = L.Load(Sums(group, 0) + at);
                for (int run = 1; run < runs; run++) sum = L.Add(sum, L.Load(Sums(group, run) + at));
                L.Store(sum, m + point * L.Count);
            }

            WinogradForm<T, V, L>.FilterGradient(plan, m, g);
            int channels = Math.Min(L.Count, plan.SourceChannels - first);
            for (int c = 0; c < channels; c++, target += taps)
            {
                for (int k = 0; k < taps; k++) target[k] = accumulate ? target[k] + g[k * L.Count + c] : g[k * L.Count + c];
            }
        }
    }
}
