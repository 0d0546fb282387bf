namespace WeightSharing.Kernels;

/// <summary>
/// A 3×3 correlation as <see cref="Winograd"/> does it: the forward product of x, or the input gradient, which is the correlation of dy
/// with filters turned around. Dilation d makes it d interleaved correlations, each of every d-th pixel: its phases. Stride two has transforms of its own.
/// </summary>
/// <remarks>
/// The output of a phase is cut into tiles of 4×4, or of 2×2 forward where the stride is two. Rows of tiles are numbered through images and row phases; a chunk is a run of them, or a run of
/// columns of one where it is long, in one group, of all column phases: those lie beside each other in [row][phase][column]. What is computed for one
/// output does not depend on the cut.
/// </remarks>
internal struct WinogradPlan
{
    /// <summary>The most points of a transform: 6×6.</summary>
    public const int MostPoints = 36;

    // Tiles of a chunk: what lets the transformed filters be used often enough; more when they come from beyond the second cache.
    private const int FewTiles = 28, ManyTiles = 56, MostColumns = 64;

    // The tiles of stride two have fewer points, so that more of them fit.
    private const int StridedTiles = 56;
    private const int FilterBytesOfSecondCache = 640 * 1024;

    // Chunks from which on two and more threads share the work evenly.
    private const int WantedChunks = 12, FewestTiles = 8;

    /// <summary>Stride two; a product of x, else of dy.</summary>
    public bool IsStrided, IsForward;

    /// <summary>Of the input gradient of stride two: whether the padding before the first row and column is odd.</summary>
    public bool HasOddRows, HasOddColumns;

    /// <summary>Points of the transform: 6×6, or 5×5 where the stride is two.</summary>
    public int Points;

    /// <summary>Rows and columns from one tile to the next in the source, those that a window has beyond that, and those of a tile of the output.</summary>
    public int SourceTile, Halo, OutputTile;

    public int Batch, Groups, SourceChannels, SourceHeight, SourceWidth, OutputChannels, OutputHeight, OutputWidth;

    /// <summary>Row and column phases: the dilation.</summary>
    public int RowPhases, ColumnPhases;

    /// <summary>Zeros before the first row and column; negative: rows and columns left out.</summary>
    public int Top, Left;

    /// <summary>Vectors of channels in a group.</summary>
    public int SourceBlocks, OutputBlocks;

    /// <summary>Tiles of one phase of one image; columns of a chunk are those of one phase.</summary>
    public int TileRows, TileColumns, RowsPerChunk, ColumnsPerChunk, ColumnChunks, RowChunks;

    // Distances in elements between points: of transformed inputs, and of products. A cache line more than needed, so that the points of one tile do
    // not compete for one set of the cache.
    public int InputStride, ProductStride, InputBlockStride;

    public readonly int Panels => (OutputBlocks + 1) / 2;

    public readonly int Chunks => Groups * RowChunks * ColumnChunks;

    /// <summary>Rows of tiles of all phases and images.</summary>
    public readonly int Rows => Batch * RowPhases * TileRows;

    /// <summary>Columns of one phase of a padded row of one chunk.</summary>
    public readonly int PhaseWidth => SourceTile * ColumnsPerChunk + Halo;

    /// <summary>Columns of a padded row of one chunk.</summary>
    public readonly int PaddedWidth => ColumnPhases * PhaseWidth;

    /// <summary>Columns of a row of outputs of one chunk.</summary>
    public readonly int OutputPitch => ColumnPhases * OutputTile * ColumnsPerChunk;

    /// <summary>Tiles of a chunk, rounded up to what the products take.</summary>
    public readonly int TilesPerChunk => Padded(RowsPerChunk * ColumnsPerChunk * ColumnPhases);

    public static int Padded(int tiles) => (tiles + 3) / 4 * 4;

    public static WinogradPlan For(in ConvolutionGeometry g, bool forward, int lanes, int elementSize)
    {
        bool strided = g.StrideHeight == 2;
        var plan = new WinogradPlan
        {
            IsStrided = strided,
            IsForward = forward,
            HasOddRows = g.PaddingTop % 2 != 0,
            HasOddColumns = g.PaddingLeft % 2 != 0,
            Points = strided ? 25 : MostPoints,
            SourceTile = strided && !forward ? 2 : 4,
            Halo = strided ? 1 : 2,
            OutputTile = strided && forward ? 2 : 4,
            Batch = g.Batch,
            Groups = g.Groups,
            SourceChannels = forward ? g.InputChannelsPerGroup : g.OutputChannelsPerGroup,
            SourceHeight = forward ? g.Height : g.OutputHeight,
            SourceWidth = forward ? g.Width : g.OutputWidth,
            OutputChannels = forward ? g.OutputChannelsPerGroup : g.InputChannelsPerGroup,
            OutputHeight = forward ? g.OutputHeight : g.Height,
            OutputWidth = forward ? g.OutputWidth : g.Width,
            RowPhases = g.DilationHeight,
            ColumnPhases = g.DilationWidth,
            Top = forward ? g.PaddingTop : strided ? 1 - (g.PaddingTop + 1) / 2 : 2 * g.DilationHeight - g.PaddingTop,
            Left = forward ? g.PaddingLeft : strided ? 1 - (g.PaddingLeft + 1) / 2 : 2 * g.DilationWidth - g.PaddingLeft,
        };
        plan.SourceBlocks = (plan.SourceChannels + lanes - 1) / lanes;
        plan.OutputBlocks = (plan.OutputChannels + lanes - 1) / lanes;
        plan.TileRows = ConvolutionPlan.CeilingDivide(plan.OutputHeight, plan.OutputTile * plan.RowPhases);
        plan.TileColumns = ConvolutionPlan.CeilingDivide(plan.OutputWidth, plan.OutputTile * plan.ColumnPhases);
        plan.Cut(elementSize, lanes);
        return plan;
    }

    /// <summary>Elements of the transformed filters.</summary>
    public readonly long FilterLength(int lanes) => (long)Points * Groups * SourceChannels * OutputBlocks * lanes;

    private void Cut(int elementSize, int lanes)
    {
        long filterBytes = FilterLength(lanes) / Groups * elementSize;
        int wanted = IsStrided ? StridedTiles : filterBytes > FilterBytesOfSecondCache ? ManyTiles : FewTiles;
        int mostColumns = Math.Max(1, MostColumns / ColumnPhases);
        ColumnChunks = (TileColumns + mostColumns - 1) / mostColumns;
        ColumnsPerChunk = (TileColumns + ColumnChunks - 1) / ColumnChunks;
        ColumnChunks = (TileColumns + ColumnsPerChunk - 1) / ColumnsPerChunk;
        int rowTiles = ColumnsPerChunk * ColumnPhases, most = ColumnChunks > 1 ? 1 : Math.Max(1, wanted / rowTiles);
        int fewest = Math.Min(most, (FewestTiles + rowTiles - 1) / rowTiles);
        RowsPerChunk = Math.Clamp(Rows * Groups * ColumnChunks / WantedChunks, fewest, most);
        RowChunks = (Rows + RowsPerChunk - 1) / RowsPerChunk;
        int line = 64 / elementSize;
        InputBlockStride = TilesPerChunk * lanes;
        InputStride = SourceBlocks * InputBlockStride + line;
        ProductStride = Math.Min(2, OutputBlocks) * TilesPerChunk * lanes + line;
    }
}
