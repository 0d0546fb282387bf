using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// A matrix product by register tiles: packs panels of A and B where that pays, then runs blocks of tiles, both divided over threads.
/// Everything is cut by shape; each element of C is computed by one thread in one order.
/// </summary>
/// <remarks>
/// A panel of A is <see cref="GemmTile{T,V,L}.MaximumRows"/> rows, a panel of B two vectors of columns; packed, panel after panel, each
/// with the inner index outermost. Unpacked operands are read where they lie. Method: Goto and van de Geijn 2008; Van Zee and van de
/// Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS Functionality", 2015.
/// </remarks>
internal unsafe struct GemmBlock<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // Steps of the inner index in one pass over the tiles: a panel of A then stays in the first-level cache, one of B in the second.
    private const int InnerBytes = 2048;

    // Rows of A in one chunk, in panels.
    private const int RowPanels = 5;
    private const double ChunkMultiplyAdds = 4e6;
    private const int PackElements = 32 * 1024;

    // Packing an operand costs about one operation an element, and saves scattered reads each time it is used.
    private const int RowsThatPackB = 256;
    private const int ColumnsThatPackA = 128;

    private GemmProduct<T> x;
    private T* packedA;
    private T* packedB;
    private int panelsA, panelsB, packedPanelsA, packedPanelsB;
    private int rowBlocks, columnPanels, innerStep;

    private static int MR => GemmTile<T, V, L>.MaximumRows;

    private static int NR => GemmTile<T, V, L>.MaximumColumns;

    public static void Run(in GemmProduct<T> product)
    {
        var block = new GemmBlock<T, V, L> { x = product };
        block.Run();
    }

    private void Run()
    {
        panelsA = (x.M + MR - 1) / MR;
        panelsB = (x.N + NR - 1) / NR;
        packedPanelsA = x.N >= ColumnsThatPackA && x.M >= MR ? panelsA : 0;
        if (x.BColumn != 1 || x.M > RowsThatPackB) packedPanelsB = panelsB;
        else packedPanelsB = x.N % L.Count == 0 ? 0 : 1;   // the ragged last panel, filled up with zeros

        int inner = InnerBytes / sizeof(T);
        int passes = (x.K + inner - 1) / inner;
        innerStep = (x.K + passes - 1) / passes;
        rowBlocks = (panelsA + RowPanels - 1) / RowPanels;
        double panelMultiplyAdds = (double)Math.Min(x.M, RowPanels * MR) * NR * x.K;
        columnPanels = (int)Math.Clamp(ChunkMultiplyAdds / panelMultiplyAdds, 1, panelsB);

        double multiplyAdds = (double)x.M * x.N * x.K;
        double nanoseconds = GemmPlan<T, V, L>.Nanoseconds(multiplyAdds);
        int chunks = rowBlocks * ((panelsB + columnPanels - 1) / columnPanels);
        if (packedPanelsA + packedPanelsB == 0)
        {
            var tiles = new TileWork { Block = this };
            Parallelism.For(chunks, ref tiles, nanoseconds);
            return;
        }

        long elementsA = (long)packedPanelsA * MR * x.K;
        long elementsB = (long)packedPanelsB * NR * x.K;
        using Scratch<T> scratch = Scratch<T>.Rent(elementsA + elementsB);
        packedB = scratch.Pointer;
        packedA = packedB + elementsB;

        var packing = new PackWork { Block = this };
        packing.Group = Math.Max(1, PackElements / (NR * x.K));
        int packingChunks = (packedPanelsA + packedPanelsB + packing.Group - 1) / packing.Group;
        Parallelism.For(packingChunks, ref packing, (elementsA + elementsB) * 0.3);

        var packedTiles = new TileWork { Block = this };
        Parallelism.For(chunks, ref packedTiles, nanoseconds);
    }

    private readonly void Pack(int panel)
    {
        if (panel < packedPanelsB)
        {
            int j = (panelsB - packedPanelsB + panel) * NR;
            GemmPacking.Pack(x.B + j * x.BColumn, x.BColumn, x.BRow, Math.Min(NR, x.N - j), x.K, packedB + (nint)panel * NR * x.K, NR);
        }
        else
        {
            panel -= packedPanelsB;
            int i = panel * MR;
            GemmPacking.Pack(x.A + i * x.ARow, x.ARow, x.AColumn, Math.Min(MR, x.M - i), x.K, packedA + (nint)panel * MR * x.K, MR);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunTiles(int chunk)
    {
        int rowBlock = chunk % rowBlocks;
        int panelStart = chunk / rowBlocks * columnPanels;
        int panelEnd = Math.Min(panelsB, panelStart + columnPanels);
        int rowStart = rowBlock * RowPanels * MR;
        int rowEnd = Math.Min(x.M, rowStart + RowPanels * MR);
        int firstPacked = panelsB - packedPanelsB;
        T* ragged = stackalloc T[MR * NR];

        for (int p = 0; p < x.K; p += innerStep)
        {
            int steps = Math.Min(innerStep, x.K - p);
            bool addsC = x.Accumulate || p > 0;
            for (int panel = panelStart; panel < panelEnd; panel++)
            {
                int j = panel * NR;
                int columns = Math.Min(NR, x.N - j);
                bool packed = panel >= firstPacked;
                T* b = packed ? packedB + ((nint)(panel - firstPacked) * x.K + p) * NR : x.B + p * x.BRow + j;
                nint bRow = packed ? NR : x.BRow;
                for (int i = rowStart; i < rowEnd; i += MR)
                {
                    int rows = Math.Min(MR, rowEnd - i);
                    T* a = packedPanelsA > 0 ? packedA + (nint)i * x.K + (nint)p * MR : x.A + i * x.ARow + p * x.AColumn;
                    nint aRow = packedPanelsA > 0 ? 1 : x.ARow;
                    nint aColumn = packedPanelsA > 0 ? MR : x.AColumn;
                    T* c = x.C + i * x.CRow + j;
                    T* source = addsC ? c : x.Bias == null ? null : x.Bias + j;
                    nint sourceRow = addsC ? x.CRow : 0;
                    if (columns == NR)
                    {
                        GemmTile<T, V, L>.Run<N2>(rows, steps, a, aRow, aColumn, b, bRow, source, sourceRow, c, x.CRow);
                    }
                    else if (columns == L.Count)
                    {
                        GemmTile<T, V, L>.Run<N1>(rows, steps, a, aRow, aColumn, b, bRow, source, sourceRow, c, x.CRow);
                    }
                    else
                    {
                        if (columns < L.Count) GemmTile<T, V, L>.Run<N1>(rows, steps, a, aRow, aColumn, b, bRow, null, 0, ragged, NR);
                        else GemmTile<T, V, L>.Run<N2>(rows, steps, a, aRow, aColumn, b, bRow, null, 0, ragged, NR);
                        StoreRagged(ragged, rows, columns, source, sourceRow, c, x.CRow);
                    }
                }
            }
        }
    }

    private static void StoreRagged(T* tile, int rows, int columns, T* source, nint sourceRow, T* c, nint cRow)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) c[j] = source == null ? tile[j] : tile[j] + source[j];
            tile += NR;
            c += cRow;
            if (source != null) source += sourceRow;
        }
    }

    private struct PackWork : IParallelWork
    {
        public GemmBlock<T, V, L> Block;
        public int Group;

        public readonly void Run(int chunk)
        {
            int end = Math.Min(Block.packedPanelsA + Block.packedPanelsB, (chunk + 1) * Group);
            for (int panel = chunk * Group; panel < end; panel++) Block.Pack(panel);
        }
    }

    private struct TileWork : IParallelWork
    {
        public GemmBlock<T, V, L> Block;

        public readonly void Run(int chunk) => Block.RunTiles(chunk);
    }
}
