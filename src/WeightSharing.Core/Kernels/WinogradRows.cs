using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The rows of planes that the tiles of a <see cref="WinogradPlan"/> need, as vectors of channels, with zeros where a window reaches beyond the image.
/// </summary>
internal unsafe struct WinogradRows<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    public int Groups, Channels, Height, Width, Top, Left, TileRows, RowsPerChunk, PaddedWidth;

    /// <summary>Rows and columns beyond the 4 of a tile.</summary>
    public int Halo;

    public T* Source;

    // Where pixel p of consecutive rows goes among padded rows.
    private int* place;

    /// <summary>The 6×6 windows of the plan's source.</summary>
    public static WinogradRows<T, V, L> OfSource(in WinogradPlan plan, T* source) => new()
    {
        Groups = plan.Groups,
        Channels = plan.SourceChannels,
        Height = plan.SourceHeight,
        Width = plan.SourceWidth,
        Top = plan.Top,
        Left = plan.Left,
        TileRows = plan.TileRows,
        RowsPerChunk = plan.RowsPerChunk,
        PaddedWidth = plan.PaddedWidth,
        Halo = 2,
        Source = source,
    };

    /// <summary>The 4×4 tiles of the plan's output.</summary>
    public static WinogradRows<T, V, L> OfOutput(in WinogradPlan plan, T* output) => new()
    {
        Groups = plan.Groups,
        Channels = plan.OutputChannels,
        Height = plan.OutputHeight,
        Width = plan.OutputWidth,
        TileRows = plan.TileRows,
        RowsPerChunk = plan.RowsPerChunk,
        PaddedWidth = WinogradPlan.Tile * plan.ColumnsPerChunk,
        Source = output,
    };

    /// <summary>Elements of the table that <see cref="SetPlaces"/> takes.</summary>
    public readonly int Pixels => Math.Max(Math.Min(Height, WinogradPlan.Tile * RowsPerChunk + Halo), 1) * Width;

    /// <summary>Elements of the rows of a chunk.</summary>
    public readonly long RowsLength => (long)(WinogradPlan.Tile * RowsPerChunk + Halo) * PaddedWidth * L.Count;

    public void SetPlaces(int* places)
    {
        place = places;
        for (int p = 0; p < Pixels; p++) places[p] = (p / Width * PaddedWidth + p % Width) * L.Count;
    }

    /// <summary>The padded rows of a block of channels that tile rows [first, end) of one image need: [row][column][L].</summary>
    public readonly void Gather(int group, int block, int first, int end, int firstColumn, int columns, T* rows)
    {
        int lanes = L.Count, image = first / TileRows, width = Width, paddedWidth = PaddedWidth;
        int top = (first - image * TileRows) * WinogradPlan.Tile - Top, count = (end - first) * WinogradPlan.Tile + Halo;
        int left = firstColumn * WinogradPlan.Tile - Left, used = columns * WinogradPlan.Tile + Halo;

        // Rows and columns of the window that lie in the image.
        int row0 = Math.Clamp(-top, 0, count), row1 = Math.Clamp(Height - top, row0, count);
        int column0 = Math.Clamp(-left, 0, used), column1 = Math.Clamp(width - left, column0, used);
        int channel = block * lanes, channels = Math.Min(lanes, Channels - channel);
        nint plane = (nint)Height * width;
        T* from = Source + (((nint)image * Groups + group) * Channels + channel) * plane;
        new Span<T>(rows, row0 * paddedWidth * lanes).Clear();
        for (int row = row0; row < row1; row++)
        {
            T* start = rows + (nint)row * paddedWidth * lanes;
            Clear(start, column0 * lanes);
            Clear(start + column1 * lanes, (used - column1) * lanes);
        }

        new Span<T>(rows + (nint)row1 * paddedWidth * lanes, (count - row1) * paddedWidth * lanes).Clear();
        if (column1 - column0 == width)
        {
            // Whole rows: one run of pixels.
            ChannelVectors<T, V, L>.Gather(
                from + (nint)(top + row0) * width, plane, channels, (row1 - row0) * width, place,
                rows + ((nint)row0 * paddedWidth + column0) * lanes);
            return;
        }

        for (int row = row0; row < row1; row++)
        {
            ChannelVectors<T, V, L>.Gather(
                from + (nint)(top + row) * width + left + column0, plane, channels, column1 - column0, place,
                rows + ((nint)row * paddedWidth + column0) * lanes);
        }
    }

    // Few elements: a call would take longer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(T* target, int count)
    {
        for (int i = 0; i < count; i += L.Count) L.Store(L.Zero, target + i);
    }
}
