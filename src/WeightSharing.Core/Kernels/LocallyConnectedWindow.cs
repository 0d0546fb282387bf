using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Which taps of a window lie on the input, and where, as the window moves along a row: the same over most of it.</summary>
internal unsafe struct LocallyConnectedWindow(in ConvolutionGeometry geometry)
{
    private readonly ConvolutionGeometry g = geometry;
    private int row, firstRow, endRow, firstColumn, endColumn;

    /// <summary>The pixel under the first tap, counted row-major; on padding one that does not exist.</summary>
    public nint Origin;

    /// <summary>True when every tap lies on the input.</summary>
    public readonly bool IsWhole => firstRow == 0 && firstColumn == 0 && endRow == g.KernelHeight && endColumn == g.KernelWidth;

    /// <summary>The first tap's pixel at column <paramref name="j"/> of the current row.</summary>
    public readonly nint OriginAt(int j) => (nint)row * g.Width + j * g.StrideWidth - g.PaddingLeft;

    /// <summary>Begins output row <paramref name="i"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MoveToRow(int i)
    {
        row = i * g.StrideHeight - g.PaddingTop;
        (firstRow, endRow) = Range(row, g.Height, g.KernelHeight, g.DilationHeight);

        // No range of columns is this one: what was written for another row is written again.
        (firstColumn, endColumn) = (-1, -1);
    }

    /// <summary>Moves to output column <paramref name="j"/>; true when the taps that lie on the input are others than before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool MoveToColumn(int j)
    {
        int column = j * g.StrideWidth - g.PaddingLeft;
        Origin = (nint)row * g.Width + column;
        if (column >= 0 && column + (g.KernelWidth - 1) * g.DilationWidth < g.Width)
        {
            if (firstColumn == 0 && endColumn == g.KernelWidth) return false;
            (firstColumn, endColumn) = (0, g.KernelWidth);
            return true;
        }

        (firstColumn, endColumn) = Range(column, g.Width, g.KernelWidth, g.DilationWidth);
        return true;
    }

    /// <summary>Writes the taps on the input and their distances from the first tap's pixel, of <paramref name="pixel"/> elements each; how many they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly int WriteTaps(nint* taps, nint* offsets, nint pixel)
    {
        int count = 0;
        for (int u = firstRow; u < endRow; u++)
        {
            for (int v = firstColumn; v < endColumn; v++)
            {
                taps[count] = u * g.KernelWidth + v;
                offsets[count++] = ((nint)u * g.DilationHeight * g.Width + v * g.DilationWidth) * pixel;
            }
        }

        return count;
    }

    /// <summary>Writes the distance of every entry (channel, u, v) of the patch from the first tap's pixel; entries on padding are at <paramref name="outside"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void WritePatch(nint* offsets, int channels, nint pixel, nint channel, nint outside)
    {
        for (int u = 0; u < g.KernelHeight; u++)
        {
            for (int v = 0; v < g.KernelWidth; v++)
            {
                bool isInside = u >= firstRow && u < endRow && v >= firstColumn && v < endColumn;
                nint offset = isInside ? ((nint)u * g.DilationHeight * g.Width + v * g.DilationWidth) * pixel : outside, step = isInside ? channel : 0;
                nint* target = offsets + u * g.KernelWidth + v;
                for (int c = 0; c < channels; c++, offset += step, target += g.KernelHeight * g.KernelWidth) *target = offset;
            }
        }
    }

    /// <summary>The taps t of which first + t · dilation lies in [0, extent).</summary>
    private static (int First, int End) Range(int first, int extent, int kernel, int dilation)
        => PoolingGeometry.Taps(0, extent, kernel, stride: 1, dilation, padding: -first);
}
