namespace WeightSharing.Kernels;

/// <summary>
/// Taps that share one offset between output and destination: all of them forward, those of one residue of the stride backward.
/// </summary>
internal struct ConvolutionPhase
{
    public int FirstTap;
    public int Taps;

    /// <summary>Row of the destination that the plan's output row 0 belongs to; likewise for columns.</summary>
    public int RowShift;
    public int ColumnShift;
}

/// <summary>
/// A correlation of padded planes with unit steps, which is what every cross-correlation and every input gradient becomes.
/// </summary>
/// <remarks>
/// The source is copied, a block of rows at a time, into planes [channel][row phase][column phase][row][pitch]: a stride is split into
/// phases, plane (a, b) holding source rows ≡ a and columns ≡ b, so that the positions of one tap are consecutive whatever the stride. Rows
/// follow each other at a pitch so tight that the padding right of one row is the padding left of the next; positions are numbered
/// row · pitch + column, and those at column ≥ outputs are computed but not used. A tap (channel, u, v) is then one offset.
/// An input gradient is the correlation of dy with the filter turned around; a strided one falls into stride² of them, each over the taps
/// of one residue and each for the input positions of one residue (<see cref="ConvolutionPhase"/>).
/// </remarks>
internal struct ConvolutionPlan
{
    // Source planes: channels of one group, and the zeros before the first row and column (negative: rows and columns left out).
    public int SourceChannels, SourceHeight, SourceWidth, Top, Left, SourceStrideHeight, SourceStrideWidth;
    public int RowPhases, ColumnPhases, ExtraRows, ExtraColumns, Pitch;

    // Output positions, and where they go: row · StepHeight + RowShift of a destination plane.
    public int OutputChannels, OutputHeight, OutputWidth, StepHeight, StepWidth, DestinationHeight, DestinationWidth;

    public int Batch, Groups, Phases, Taps;

    // The work: blocks of rows, and of columns where rows are very long, of one group of one image.
    public int RowsPerBlock, ColumnsPerBlock, ColumnBlocks, Blocks;

    // Element distances of the weight: between output channels, source channels, and groups.
    public int OutputStride, SourceStride, GroupStride;

    public readonly int PlaneRows => RowsPerBlock + ExtraRows;

    /// <summary>
    /// Elements of padding behind a plane: what the last row reads past its end must be zero too, and the next plane, another phase, need not begin
    /// with any.
    /// </summary>
    public readonly int Guard => Math.Max(0, ColumnsPerBlock + ExtraColumns - Pitch);

    public readonly int PlaneLength => PlaneRows * Pitch + Guard;
    public readonly int PlanesLength => SourceChannels * RowPhases * ColumnPhases * PlaneLength;
    public readonly int Units => Batch * Groups * Blocks;

    public static ConvolutionPlan Forward(in ConvolutionGeometry g)
    {
        int rowSpan = (g.OutputHeight - 1) * g.StrideHeight + (g.KernelHeight - 1) * g.DilationHeight + 1;
        int columnSpan = (g.OutputWidth - 1) * g.StrideWidth + (g.KernelWidth - 1) * g.DilationWidth + 1;
        return new ConvolutionPlan
        {
            SourceChannels = g.InputChannelsPerGroup,
            SourceHeight = g.Height,
            SourceWidth = g.Width,
            Top = g.PaddingTop,
            Left = g.PaddingLeft,
            SourceStrideHeight = g.StrideHeight,
            SourceStrideWidth = g.StrideWidth,
            RowPhases = LargestResidue(g.KernelHeight, g.DilationHeight, g.StrideHeight) + 1,
            ColumnPhases = LargestResidue(g.KernelWidth, g.DilationWidth, g.StrideWidth) + 1,
            ExtraRows = (rowSpan - 1) / g.StrideHeight - (g.OutputHeight - 1),
            ExtraColumns = (columnSpan - 1) / g.StrideWidth - (g.OutputWidth - 1),
            Pitch = TightPitch(g.OutputWidth, g.PaddingLeft, g.Width, columnSpan, g.StrideWidth),
            OutputChannels = g.OutputChannelsPerGroup,
            OutputHeight = g.OutputHeight,
            OutputWidth = g.OutputWidth,
            StepHeight = 1,
            StepWidth = 1,
            DestinationHeight = g.OutputHeight,
            DestinationWidth = g.OutputWidth,
            Batch = g.Batch,
            Groups = g.Groups,
            Phases = 1,
            Taps = g.PatchSize,
            OutputStride = g.PatchSize,
            SourceStride = g.KernelSize,
            GroupStride = g.OutputChannelsPerGroup * g.PatchSize,
        };
    }

    public static ConvolutionPlan InputGradient(in ConvolutionGeometry g)
    {
        // Input row h = a·stride + residue − top takes dy row a − u·dilation / stride from every tap u of its residue.
        int extraRows = (g.KernelHeight - 1) * g.DilationHeight / g.StrideHeight;
        int extraColumns = (g.KernelWidth - 1) * g.DilationWidth / g.StrideWidth;
        int firstRow = g.PaddingTop / g.StrideHeight, firstColumn = g.PaddingLeft / g.StrideWidth;
        int rows = (g.Height - 1 + g.PaddingTop) / g.StrideHeight - firstRow + 1;
        int columns = (g.Width - 1 + g.PaddingLeft) / g.StrideWidth - firstColumn + 1;
        return new ConvolutionPlan
        {
            SourceChannels = g.OutputChannelsPerGroup,
            SourceHeight = g.OutputHeight,
            SourceWidth = g.OutputWidth,
            Top = extraRows - firstRow,
            Left = extraColumns - firstColumn,
            SourceStrideHeight = 1,
            SourceStrideWidth = 1,
            RowPhases = 1,
            ColumnPhases = 1,
            ExtraRows = extraRows,
            ExtraColumns = extraColumns,
            Pitch = TightPitch(columns, extraColumns - firstColumn, g.OutputWidth, columns + extraColumns, 1),
            OutputChannels = g.InputChannelsPerGroup,
            OutputHeight = rows,
            OutputWidth = columns,
            StepHeight = g.StrideHeight,
            StepWidth = g.StrideWidth,
            DestinationHeight = g.Height,
            DestinationWidth = g.Width,
            Batch = g.Batch,
            Groups = g.Groups,
            Phases = g.StrideHeight * g.StrideWidth,
            Taps = g.OutputChannelsPerGroup * g.KernelSize,
            OutputStride = g.KernelSize,
            SourceStride = g.PatchSize,
            GroupStride = g.OutputChannelsPerGroup * g.PatchSize,
        };
    }

    /// <summary>Cuts the output into blocks of at most so many positions and source bytes: each fits its level of the cache.</summary>
    public void Cut(int elementSize, int largestPositions)
    {
        const int sourceBytes = 384 * 1024, fewestRows = 4;
        ColumnBlocks = (OutputWidth + largestPositions - 1) / largestPositions;
        ColumnsPerBlock = (OutputWidth + ColumnBlocks - 1) / ColumnBlocks;
        ColumnBlocks = (OutputWidth + ColumnsPerBlock - 1) / ColumnsPerBlock;

        // What lies behind a cut row is not padding, so that its rows cannot share any.
        if (ColumnBlocks > 1) Pitch = ColumnsPerBlock + ExtraColumns;
        int rowBytes = Math.Max(1, SourceChannels * RowPhases * ColumnPhases * Pitch * elementSize);
        int rows = Math.Min(largestPositions / Pitch, Math.Max(sourceBytes / rowBytes - ExtraRows, fewestRows));
        rows = Math.Clamp(rows, 1, OutputHeight);
        int rowBlocks = (OutputHeight + rows - 1) / rows;
        RowsPerBlock = (OutputHeight + rowBlocks - 1) / rowBlocks;
        Blocks = (OutputHeight + RowsPerBlock - 1) / RowsPerBlock * ColumnBlocks;
    }

    /// <summary>Makes the rows of a block even, so that windows of two rows do not cross from one block to the next.</summary>
    public void PairRows()
    {
        RowsPerBlock = Math.Min(RowsPerBlock + RowsPerBlock % 2, OutputHeight);
        Blocks = (OutputHeight + RowsPerBlock - 1) / RowsPerBlock * ColumnBlocks;
    }

    /// <summary>The plan of one block: its first row and column, its rows, and as many columns as it has.</summary>
    public readonly ConvolutionPlan Block(int block, out int firstRow, out int rows, out int firstColumn)
    {
        firstRow = block / ColumnBlocks * RowsPerBlock;
        rows = Math.Min(RowsPerBlock, OutputHeight - firstRow);
        firstColumn = block % ColumnBlocks * ColumnsPerBlock;
        ConvolutionPlan part = this;
        part.Left -= firstColumn * SourceStrideWidth;
        part.OutputWidth = Math.Min(ColumnsPerBlock, OutputWidth - firstColumn);
        return part;
    }

    /// <summary>
    /// Writes for every tap its offset into the planes and its offset into a filter, and for every phase its taps. Within a phase taps are
    /// ordered by (source channel, u, v).
    /// </summary>
    public readonly unsafe void WriteTables(
        in ConvolutionGeometry g, bool forward, int* offsets, int* weightOffsets, ConvolutionPhase* phases)
    {
        int phaseRows = forward ? 1 : g.StrideHeight, phaseColumns = forward ? 1 : g.StrideWidth, tap = 0;
        for (int phase = 0; phase < Phases; phase++)
        {
            int rowResidue = phase / phaseColumns, columnResidue = phase % phaseColumns, first = tap;
            for (int s = 0; s < SourceChannels; s++)
            {
                for (int u = 0; u < g.KernelHeight; u++)
                {
                    int row = u * g.DilationHeight / g.StrideHeight, rowPhase = u * g.DilationHeight % g.StrideHeight;
                    if (!forward && rowPhase != rowResidue) continue;
                    for (int v = 0; v < g.KernelWidth; v++)
                    {
                        int column = v * g.DilationWidth / g.StrideWidth, columnPhase = v * g.DilationWidth % g.StrideWidth;
                        if (!forward && columnPhase != columnResidue) continue;
                        weightOffsets[tap] = s * SourceStride + u * g.KernelWidth + v;
                        offsets[tap++] = forward
                            ? ((s * RowPhases + rowPhase) * ColumnPhases + columnPhase) * PlaneLength + row * Pitch + column
                            : s * PlaneLength + (ExtraRows - row) * Pitch
                                + (g.KernelWidth - 1) * g.DilationWidth / g.StrideWidth - column;
                    }
                }
            }

            phases[phase] = new ConvolutionPhase
            {
                FirstTap = first,
                Taps = tap - first,
                RowShift = forward ? 0 : g.PaddingTop / phaseRows * phaseRows + rowResidue - g.PaddingTop,
                ColumnShift = forward ? 0 : g.PaddingLeft / phaseColumns * phaseColumns + columnResidue - g.PaddingLeft,
            };
        }
    }

    public static int CeilingDivide(int value, int divisor) => value <= 0 ? -(-value / divisor) : (value - 1) / divisor + 1;

    private static int LargestResidue(int kernel, int dilation, int stride)
    {
        int largest = 0;
        for (int u = 0; u < kernel; u++) largest = Math.Max(largest, u * dilation % stride);
        return largest;
    }

    /// <summary>
    /// The smallest pitch at which a column read past the end of a row, which is a zero of the padding, is a zero before the next row.
    /// </summary>
    private static int TightPitch(int outputs, int left, int width, int span, int stride)
    {
        int needed = Math.Max(Math.Min(span, left + width), span - Math.Max(left, 0));
        return Math.Max(outputs, (needed + stride - 1) / stride);
    }
}
