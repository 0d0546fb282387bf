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
    public int Groups, Channels, Height, Width, Top, Left, TileRows, RowsPerChunk, RowPhases, ColumnPhases;

    /// <summary>Rows and columns from one tile to the next, and those of a window beyond that.</summary>
    public int Step, Halo;

    /// <summary>Columns of one phase of a padded row.</summary>
    public int PhaseWidth;

    public T* Source;

    // Where pixel p of consecutive rows goes among padded rows; where there are column phases, pixel p of a row and the zeros around it.
    private int* place;

    /// <summary>The windows of the plan's source.</summary>
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
        RowPhases = plan.RowPhases,
        ColumnPhases = plan.ColumnPhases,
        PhaseWidth = plan.PhaseWidth,
        Step = plan.SourceTile,
        Halo = plan.Halo,
        Source = source,
    };

    /// <summary>The tiles of the plan's output.</summary>
    public static WinogradRows<T, V, L> OfOutput(in WinogradPlan plan, T* output) => new()
    {
        Groups = plan.Groups,
        Channels = plan.OutputChannels,
        Height = plan.OutputHeight,
        Width = plan.OutputWidth,
        TileRows = plan.TileRows,
        RowsPerChunk = plan.RowsPerChunk,
        RowPhases = plan.RowPhases,
        ColumnPhases = plan.ColumnPhases,
        PhaseWidth = plan.OutputTile * plan.ColumnsPerChunk,
        Step = plan.OutputTile,
        Source = output,
    };

    /// <summary>Columns of a padded row.</summary>
    public readonly int PaddedWidth => ColumnPhases * PhaseWidth;

    /// <summary>Elements of the table that <see cref="SetPlaces"/> takes.</summary>
    public readonly int Pixels
        => ColumnPhases > 1 ? PaddedWidth : Math.Max(Math.Min(Height, Step * RowsPerChunk + Halo), 1) * Width;

    /// <summary>Elements of the rows of a chunk.</summary>
    public readonly long RowsLength => (long)(Step * RowsPerChunk + Halo) * PaddedWidth * L.Count;

    public void SetPlaces(int* places)
    {
        place = places;
        for (int p = 0; p < Pixels; p++)
        {
            places[p] = L.Count * (ColumnPhases > 1
                ? p % ColumnPhases * PhaseWidth + p / ColumnPhases
                : p / Width * PaddedWidth + p % Width);
        }
    }

    /// <summary>
    /// The padded rows of a block of channels that tile rows [first, end) of one row phase of one image need: [row][column phase][column][L].
    /// </summary>
    public readonly void Gather(int group, int block, int first, int end, int firstColumn, int columns, T* rows)
    {
        int lanes = L.Count, phaseImage = first / TileRows, image = phaseImage / RowPhases, paddedWidth = PaddedWidth;
        int top = phaseImage % RowPhases + (first - phaseImage * TileRows) * Step * RowPhases - Top;
        int count = (end - first) * Step + Halo;
        int left = firstColumn * Step * ColumnPhases - Left, used = (columns * Step + Halo) * ColumnPhases;

        // Rows and columns of the window that lie in the image.
        int row0 = Math.Clamp(ConvolutionPlan.CeilingDivide(-top, RowPhases), 0, count);
        int row1 = Math.Clamp(ConvolutionPlan.CeilingDivide(Height - top, RowPhases), row0, count);
        int column0 = Math.Clamp(-left, 0, used), column1 = Math.Clamp(Width - left, column0, used);
        int channel = block * lanes, channels = Math.Min(lanes, Channels - channel);
        nint plane = (nint)Height * Width, step = (nint)RowPhases * Width;
        T* from = Source + (((nint)image * Groups + group) * Channels + channel) * plane + ((nint)row0 * RowPhases + top) * Width + left + column0;
        new Span<T>(rows, row0 * paddedWidth * lanes).Clear();
        for (int row = row0; row < row1; row++) ClearAround(rows + (nint)row * paddedWidth * lanes, column0, column1, used);
        new Span<T>(rows + (nint)row1 * paddedWidth * lanes, (count - row1) * paddedWidth * lanes).Clear();
        if (RowPhases == 1 && ColumnPhases == 1 && column1 - column0 == Width)
        {
            // Whole rows: one run of pixels.
            ChannelVectors<T, V, L>.Gather(
                from, plane, channels, (row1 - row0) * Width, place, rows + ((nint)row0 * paddedWidth + column0) * lanes);
            return;
        }

        // Without phases places of pixels follow each other, so that they may be counted from the first one in the image.
        int* places = ColumnPhases > 1 ? place + column0 : place;
        rows += ColumnPhases > 1 ? 0 : column0 * lanes;
        for (int row = row0; row < row1; row++, from += step)
            ChannelVectors<T, V, L>.Gather(from, plane, channels, column1 - column0, places, rows + (nint)row * paddedWidth * lanes);
    }

    private readonly void ClearAround(T* row, int column0, int column1, int used)
    {
        if (ColumnPhases == 1)
        {
            Clear(row, column0 * L.Count);
            Clear(row + column1 * L.Count, (used - column1) * L.Count);
            return;
        }

        for (int p = 0; p < column0; p++) L.Store(L.Zero, row + place[p]);
        for (int p = column1; p < used; p++) L.Store(L.Zero, row + place[p]);
    }

    // Few elements: a call would take longer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(T* target, int count)
    {
        for (int i = 0; i < count; i += L.Count) L.Store(L.Zero, target + i);
    }
}
