using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Runs a <see cref="WinogradPlan"/> on transformed filters. A chunk's tiles are transformed, multiplied and transformed back while they are in the
/// second cache: V[point][source block][tile][L], then for each panel of two vectors of output channels M[point][tile][2L].
/// </summary>
internal unsafe struct WinogradChunks<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private WinogradPlan plan;
    private bool relu;
    private WinogradRows<T, V, L> window;
    private T* filters, bias, destination;

    // Where pixel p of a row goes among the outputs of all column phases.
    private int* outputPlaces;

    /// <summary>destination = source ⋆ filters + bias; the bias padded to whole vectors in every group.</summary>
    public static void Run(in WinogradPlan plan, bool relu, T* source, T* filters, T* bias, T* destination)
    {
        var window = WinogradRows<T, V, L>.OfSource(plan, source);
        using Scratch<int> places = Scratch<int>.Rent(window.Pixels + plan.OutputPitch);
        window.SetPlaces(places.Pointer);
        int* outputPlaces = places.Pointer + window.Pixels;
        for (int p = 0; p < plan.OutputPitch; p++)
            outputPlaces[p] = (p % plan.ColumnPhases * plan.OutputTile * plan.ColumnsPerChunk + p / plan.ColumnPhases) * L.Count;
        var work = new WinogradChunks<T, V, L>
        {
            plan = plan,
            relu = relu,
            window = window,
            filters = filters,
            bias = bias,
            destination = destination,
            outputPlaces = outputPlaces,
        };
        double outputs = (double)plan.Batch * plan.Groups * plan.OutputChannels * plan.OutputHeight * plan.OutputWidth;
        Parallelism.For(plan.Chunks, ref work, outputs * plan.SourceChannels * 9 / L.Count / 8);
    }

    public void Run(int chunk)
    {
        int columnChunk = chunk % plan.ColumnChunks, rowChunk = chunk / plan.ColumnChunks % plan.RowChunks;
        int group = chunk / plan.ColumnChunks / plan.RowChunks;
        int firstRow = rowChunk * plan.RowsPerChunk, endRow = Math.Min(firstRow + plan.RowsPerChunk, plan.Rows);
        int firstColumn = columnChunk * plan.ColumnsPerChunk, columns = Math.Min(plan.ColumnsPerChunk, plan.TileColumns - firstColumn);
        int lanes = L.Count, rowLength = plan.PaddedWidth * lanes;
        using Scratch<T> inputs = Scratch<T>.Rent((long)plan.Points * plan.InputStride);
        using Scratch<T> products = Scratch<T>.Rent((long)plan.Points * plan.ProductStride);
        using Scratch<T> rows = Scratch<T>.Rent(Math.Max(window.RowsLength, (long)plan.OutputTile * plan.OutputPitch * lanes));
        using Scratch<T> half = Scratch<T>.Rent(WinogradForm<T, V, L>.HalfLength);
        int rowTiles = columns * plan.ColumnPhases, tiles = (endRow - firstRow) * rowTiles, padded = WinogradPlan.Padded(tiles);
        for (int block = 0; block < plan.SourceBlocks; block++)
        {
            T* target = inputs.Pointer + (nint)block * plan.InputBlockStride;
            for (int row = firstRow, end; row < endRow; row = end)
            {
                end = Math.Min(endRow, (row / plan.TileRows + 1) * plan.TileRows);
                window.Gather(group, block, row, end, firstColumn, columns, rows.Pointer);
                for (int i = row; i < end; i++, target += rowTiles * lanes)
                    TransformRow(rows.Pointer + (nint)(i - row) * plan.SourceTile * rowLength, rowLength, columns, half.Pointer, target);
            }

            if (tiles < padded) ClearTiles(target, (padded - tiles) * lanes);
        }

        T* panelFilters = filters + (nint)group * plan.Points * plan.SourceChannels * plan.OutputBlocks * lanes;
        for (int panel = 0; panel < plan.Panels; panel++)
        {
            int width = Math.Min(2, plan.OutputBlocks - 2 * panel);
            nint pointStride = (nint)plan.SourceChannels * width * lanes;
            for (int point = 0; point < plan.Points; point++, panelFilters += pointStride)
            {
                WinogradTile<T, V, L>.Run(
                    padded, width, plan.SourceChannels, inputs.Pointer + (nint)point * plan.InputStride, plan.InputBlockStride, panelFilters,
                    products.Pointer + (nint)point * plan.ProductStride);
            }

            for (int i = 0; i < width; i++)
                WritePanel(group, 2 * panel + i, width, firstRow, endRow, firstColumn, columns, products.Pointer + i * lanes, rows.Pointer);
        }
    }

    private readonly void ClearTiles(T* target, int length)
    {
        for (int point = 0; point < plan.Points; point++) new Span<T>(target + (nint)point * plan.InputStride, length).Clear();
    }

    private readonly void TransformRow(T* rows, nint rowStride, int columns, T* half, T* target)
    {
        for (int phase = 0; phase < plan.ColumnPhases; phase++, rows += plan.PhaseWidth * L.Count, target += columns * L.Count)
            WinogradForm<T, V, L>.Inputs(plan, rows, rowStride, columns, half, target, plan.InputStride, L.Count);
    }

    /// <summary>One vector of output channels of all tiles, through rows [row][column phase][column][L], into the planes.</summary>
    private readonly void WritePanel(
        int group, int block, int width, int firstRow, int endRow, int firstColumn, int columns, T* products, T* rows)
    {
        int lanes = L.Count, channel = block * lanes, channels = Math.Min(lanes, plan.OutputChannels - channel);
        int phases = plan.ColumnPhases, step = plan.OutputTile * phases;
        int left = firstColumn * step, pixels = Math.Min(columns * step, plan.OutputWidth - left);
        nint rowStride = (nint)plan.OutputPitch * lanes, tileStride = (nint)width * lanes;
        nint plane = (nint)plan.OutputHeight * plan.OutputWidth;
        T* blockBias = bias + ((nint)group * plan.OutputBlocks + block) * lanes;
        for (int row = firstRow; row < endRow; row++)
        {
            for (int phase = 0; phase < phases; phase++, products += columns * tileStride)
            {
                WinogradForm<T, V, L>.Outputs(
                    plan, products, plan.ProductStride, tileStride, columns, blockBias, relu,
                    rows + (nint)phase * plan.OutputTile * plan.ColumnsPerChunk * lanes, rowStride);
            }

            int phaseImage = row / plan.TileRows, image = phaseImage / plan.RowPhases;
            int h = phaseImage % plan.RowPhases + (row - phaseImage * plan.TileRows) * plan.OutputTile * plan.RowPhases;
            T* to = destination + (((nint)image * plan.Groups + group) * plan.OutputChannels + channel) * plane + left;
            for (int i = 0; i < plan.OutputTile && h < plan.OutputHeight; i++, h += plan.RowPhases)
                ChannelVectors<T, V, L>.Scatter(rows + i * rowStride, outputPlaces, channels, pixels, to + (nint)h * plan.OutputWidth, plane);
        }
    }
}
