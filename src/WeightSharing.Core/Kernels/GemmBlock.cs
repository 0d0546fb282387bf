using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    // Rows of A in one chunk: a few panels, or all where each panel of B is packed by the first tile that reads it. Then threads wait for no packing and read
    // no panel that another has written, and chunks are panels, of which there must be enough: with few, chunks of many rows would be too large to share.
    private const int ChunkRowPanels = 5, RowsInPassing = 264, RowsOfManyPanels = 1056, ManyPanels = 16;

    // Below this a product is one chunk from the start: cutting it would take as long as computing it.
    private const double WholeMultiplyAdds = 64 * 1024;

    // 70 µs of work for a chunk, half as long to pack one: enough to hand out, and fine enough to share between a few threads.
    private const double ChunkMultiplyAdds = 4e6;
    private const int PackElements = 32 * 1024;

    // A panel of A that lies with its rows side by side is read where it lies: twelve streams that the processor foresees, each line of which serves
    // sixteen steps. Packing pays where the rows crowd into a few sets of the first-level cache, and where steps are rows (A transposed) that lie on more
    // pages than the address cache knows (Emerald Rapids, in place and packed: 128³ 162 and 129 GFLOP/s, 256³ 166 and 159, 2048×512×128 157 and 136;
    // transposed 192³ 167 and 158, 512³ 123 and 150; Zen 5, rows 2048 bytes apart: 512³ 198 and 188).
    private const int ColumnsThatPackA = 128, CrowdingBytes = 4096, PagesWithoutPacking = 64;

    // There a packed element is one that needs no shuffle, six times saved for each vector of columns.
    private const int ColumnsThatPackForTwoOperands = 32;

    // First-level address caches know 64 to 96 pages.
    private const int PagesThatRepayPacking = 96, PageBytes = 4096;

    // Rows of B that are packed together, and steps of the inner index from which on the place of a tile's result is fetched beforehand.
    private const int RowsAtOnce = 16, StepsThatFetchC = 192;

    private GemmProduct<T>* x;
    private T* packedA;
    private T* packedB;
    private int panelsA, panelsB, packedPanelsA, packedPanelsB, unitsB;
    private bool packsRowsOfB, packsInPassing;
    private int rowBlocks, rowPanels, columnPanels, innerStep;

    private static int MR => GemmTile<T, V, L>.MaximumRows;

    private static int NR => GemmTile<T, V, L>.MaximumColumns;

    // x64 without FMA has tiles of its own, which read A packed in their way.
    private static bool TwoOperands => typeof(V) == typeof(Vector128<T>) && !Simd.HasMultiplyAdd;

    private static int CopiesOfA => TwoOperands ? GemmTileTwoOperand<T>.Copies : 1;

    // An unpacked panel is read row by row: narrow ones use a part of each cache line at a time, and the rows of wide ones lie on more pages than the
    // first-level address cache knows. The first tile asks for rows beforehand and leaves them packed for the second (Emerald Rapids: 120 and 157 GFLOP/s
    // for 32×784×512, 151 and 169 for 256³).
    private static int RowsThatPackB(nint bRow, int k)
    {
        if (typeof(V) == typeof(Vector128<T>)) return 128;
        return Math.Min(InnerBytes / sizeof(T), k) * bRow * sizeof(T) > PagesThatRepayPacking * PageBytes ? MR : 48;
    }

    public static void Run(in GemmProduct<T> product)
    {
        fixed (GemmProduct<T>* x = &product)
        {
            var block = new GemmBlock<T, V, L> { x = x };
            block.Run();
        }
    }

    /// <summary>Elements of all panels of B.</summary>
    public static int PackedLength(int n, int k) => (n + NR - 1) / NR * NR * k;

    /// <summary>Packs all panels of B, as a product that finds them in its description reads them.</summary>
    public static void PackRight(int n, int k, T* b, nint bRow, nint bColumn, T* packed)
    {
        for (int j = 0; j < n; j += NR)
            GemmPacking.Pack(b + j * bColumn, bColumn, bRow, Math.Min(NR, n - j), k, packed + (nint)j * k, NR);
    }

    private void Run()
    {
        panelsA = (x->M + MR - 1) / MR;
        panelsB = (x->N + NR - 1) / NR;
        packedPanelsA = PacksA() ? panelsA : 0;
        if (x->PackedB != null || x->BColumn != 1 || x->M > RowsThatPackB(x->BRow, x->K)) packedPanelsB = panelsB;
        else packedPanelsB = x->N % L.Count == 0 ? 0 : 1;   // the ragged last panel, filled up with zeros

        packedB = x->PackedB;
        unitsB = packedB != null ? 0 : packedPanelsB;
        packsRowsOfB = x->BColumn == 1 && packedPanelsB == panelsB;
        double multiplyAdds = (double)x->M * x->N * x->K;
        int chunks = Cut(multiplyAdds);

        // Where one chunk holds all rows, it packs each panel of B with its first tile, a pass at a time, in a place that stays in the cache.
        packsInPassing = unitsB > 0 && rowBlocks == 1;
        if (packsInPassing) unitsB = 0;
        double nanoseconds = GemmPlan<T, V, L>.Nanoseconds(multiplyAdds);
        if (packedPanelsA + unitsB == 0)
        {
            Run(chunks, nanoseconds);
            return;
        }

        long elementsA = (long)packedPanelsA * MR * x->K * CopiesOfA;
        long elementsB = (long)unitsB * NR * x->K;
        using Scratch<T> scratch = Scratch<T>.Rent(elementsA + elementsB);
        packedA = scratch.Pointer + elementsB;
        if (unitsB > 0) packedB = scratch.Pointer;

        int group = Math.Max(1, PackElements / (NR * x->K));
        int panels = packedPanelsA + unitsB;
        if (panels <= group)
        {
            Pack(0, panels);
        }
        else
        {
            var packing = new PackWork { Block = this, Group = group };
            Parallelism.For((panels + group - 1) / group, ref packing, (elementsA + elementsB) * 0.3);
        }

        Run(chunks, nanoseconds);
    }

    private readonly bool PacksA()
    {
        if (TwoOperands) return x->N >= ColumnsThatPackForTwoOperands;
        if (x->N < ColumnsThatPackA || x->M < MR) return false;
        if (x->AColumn == 1) return x->ARow * sizeof(T) % CrowdingBytes == 0;
        return x->ARow != 1 || Math.Min(InnerBytes / sizeof(T), x->K) * x->AColumn * sizeof(T) > PagesWithoutPacking * PageBytes;
    }

    private readonly void Run(int chunks, double nanoseconds)
    {
        if (chunks == 1)
        {
            RunTiles(0);
            return;
        }

        var work = new TileWork { Block = this };
        Parallelism.For(chunks, ref work, nanoseconds);
    }

    /// <summary>Chooses the blocks by the shape alone and returns their number.</summary>
    private int Cut(double multiplyAdds)
    {
        int inner = TwoOperands ? GemmTileTwoOperand<T>.InnerSteps : InnerBytes / sizeof(T);
        innerStep = x->K;
        if (x->K > inner)
        {
            int passes = (x->K + inner - 1) / inner;
            innerStep = (x->K + passes - 1) / passes;
        }

        if (multiplyAdds <= WholeMultiplyAdds)
        {
            (rowBlocks, rowPanels, columnPanels) = (1, panelsA, panelsB);
            return 1;
        }

        rowPanels = unitsB > 0 && x->M <= (panelsB < ManyPanels ? RowsInPassing : RowsOfManyPanels) ? panelsA : ChunkRowPanels;
        rowBlocks = (panelsA + rowPanels - 1) / rowPanels;
        double panelMultiplyAdds = (double)Math.Min(x->M, rowPanels * MR) * NR * x->K;
        columnPanels = (int)Math.Clamp(ChunkMultiplyAdds / panelMultiplyAdds, 1, panelsB);
        return rowBlocks * ((panelsB + columnPanels - 1) / columnPanels);
    }

    private readonly void Pack(int start, int end)
    {
        for (int panel = start; panel < end; panel++) Pack(panel);
    }

    private readonly void Pack(int panel)
    {
        if (panel < unitsB && packsRowsOfB)
        {
            // A share of the rows, as large as a panel, in runs of a few: side by side as they lie in memory, where panels would hop from row to row.
            int share = (x->K + panelsB - 1) / panelsB, end = Math.Min(x->K, (panel + 1) * share);
            for (int p = panel * share; p < end; p += RowsAtOnce)
            {
                T* from = x->B + p * x->BRow;
                int steps = Math.Min(RowsAtOnce, end - p);
                for (int j = 0; j < x->N; j += NR)
                    GemmPacking.Pack(from + j, 1, x->BRow, Math.Min(NR, x->N - j), steps, packedB + (nint)j * x->K + (nint)p * NR, NR);
            }
        }
        else if (panel < unitsB)
        {
            int j = (panelsB - packedPanelsB + panel) * NR;
            T* target = packedB + (nint)panel * NR * x->K;
            GemmPacking.Pack(x->B + j * x->BColumn, x->BColumn, x->BRow, Math.Min(NR, x->N - j), x->K, target, NR);
        }
        else
        {
            panel -= unitsB;
            int i = panel * MR;
            T* target = packedA + (nint)panel * MR * x->K * CopiesOfA;
            int rows = Math.Min(MR, x->M - i);
            if (TwoOperands) GemmTileTwoOperand<T>.Pack(x->A + i * x->ARow, x->ARow, x->AColumn, rows, x->K, target);
            else GemmPacking.Pack(x->A + i * x->ARow, x->ARow, x->AColumn, rows, x->K, target, MR);
        }
    }

    private readonly void RunTiles(int chunk)
    {
        if (!packsInPassing)
        {
            RunTiles(chunk, null);
            return;
        }

        using Scratch<T> passing = Scratch<T>.Rent((long)innerStep * NR);
        RunTiles(chunk, passing.Pointer);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunTiles(int chunk, T* passing)
    {
        (int columnBlock, int rowBlock) = chunk == 0 ? (0, 0) : Math.DivRem(chunk, rowBlocks);
        int panelStart = columnBlock * columnPanels;
        int panelEnd = Math.Min(panelsB, panelStart + columnPanels);
        int rowStart = rowBlock * rowPanels * MR;
        int rowEnd = Math.Min(x->M, rowStart + rowPanels * MR);
        int firstPacked = panelsB - packedPanelsB;
        T* ragged = stackalloc T[MR * NR];

        for (int p = 0; p < x->K; p += innerStep)
        {
            int steps = Math.Min(innerStep, x->K - p);
            bool addsC = x->Accumulate || p > 0;
            for (int panel = panelStart; panel < panelEnd; panel++)
            {
                int j = panel * NR;
                int columns = Math.Min(NR, x->N - j);
                bool packed = panel >= firstPacked;
                T* b = packed ? packedB + ((nint)(panel - firstPacked) * x->K + p) * NR : x->B + p * x->BRow + j;
                nint bRow = packed ? NR : x->BRow;
                T* unpacked = null;
                if (packed && packsInPassing)
                {
                    b = passing;
                    unpacked = x->B + j * x->BColumn + p * x->BRow;
                    if (columns < NR || x->BColumn != 1 || x->M < MR || TwoOperands)
                    {
                        GemmPacking.Pack(unpacked, x->BColumn, x->BRow, columns, steps, b, NR);
                        unpacked = null;
                    }
                }

                for (int i = rowStart; i < rowEnd; i += MR)
                {
                    int rows = Math.Min(MR, rowEnd - i);
                    T* a = packedPanelsA > 0 ? packedA + ((nint)i * x->K + (nint)p * MR) * CopiesOfA : x->A + i * x->ARow + p * x->AColumn;
                    nint aRow = packedPanelsA > 0 ? CopiesOfA : x->ARow;
                    nint aColumn = packedPanelsA > 0 ? MR * CopiesOfA : x->AColumn;
                    T* c = x->C + i * x->CRow + j;
                    T* source = addsC ? c : x->Bias == null ? null : x->Bias + j;
                    nint sourceRow = addsC ? x->CRow : 0;
                    if (steps >= StepsThatFetchC) Fetch(c, rows, x->CRow);
                    if (unpacked != null)
                    {
                        GemmTile<T, V, L>.RunAndPack(steps, a, aRow, aColumn, unpacked, x->BRow, source, sourceRow, c, x->CRow, b);
                        unpacked = null;
                    }
                    else if (TwoOperands && columns > L.Count && packedPanelsA > 0)
                    {
                        bool whole = columns == NR;
                        GemmTileTwoOperand<T>.Run(
                            rows, steps, a, b, bRow, whole ? source : null, sourceRow, whole ? c : ragged, whole ? x->CRow : NR);
                        if (!whole) StoreRagged(ragged, rows, columns, source, sourceRow, c, x->CRow);
                    }
                    else if (columns == NR)
                    {
                        GemmTile<T, V, L>.Run<N2>(rows, steps, a, aRow, aColumn, b, bRow, source, sourceRow, c, x->CRow);
                    }
                    else if (columns == L.Count)
                    {
                        GemmTile<T, V, L>.Run<N1>(rows, steps, a, aRow, aColumn, b, bRow, source, sourceRow, c, x->CRow);
                    }
                    else
                    {
                        if (columns < L.Count) GemmTile<T, V, L>.Run<N1>(rows, steps, a, aRow, aColumn, b, bRow, null, 0, ragged, NR);
                        else GemmTile<T, V, L>.Run<N2>(rows, steps, a, aRow, aColumn, b, bRow, null, 0, ragged, NR);
                        StoreRagged(ragged, rows, columns, source, sourceRow, c, x->CRow);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(T* c, int rows, nint cRow)
    {
        for (; rows > 0; rows--, c += cRow) Simd.Prefetch(c, 2 * Unsafe.SizeOf<V>());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreRagged(T* tile, int rows, int columns, T* source, nint sourceRow, T* c, nint cRow)
    {
        int whole = columns - columns % Lanes128<T>.Count;
        for (int i = 0; i < rows; i++)
        {
            int j = 0;
            if (source == null)
            {
                for (; j < whole; j += Lanes128<T>.Count) Lanes128<T>.Store(Lanes128<T>.Load(tile + j), c + j);
                for (; j < columns; j++) c[j] = tile[j];
            }
            else
            {
                for (; j < whole; j += Lanes128<T>.Count)
                {
                    Lanes128<T>.Store(Lanes128<T>.Add(Lanes128<T>.Load(tile + j), Lanes128<T>.Load(source + j)), c + j);
                }

                for (; j < columns; j++) c[j] = tile[j] + source[j];
                source += sourceRow;
            }

            tile += NR;
            c += cRow;
        }
    }

    private struct PackWork : IParallelWork
    {
        public GemmBlock<T, V, L> Block;
        public int Group;

        public readonly void Run(int chunk)
            => Block.Pack(chunk * Group, Math.Min(Block.packedPanelsA + Block.unitsB, (chunk + 1) * Group));
    }

    private struct TileWork : IParallelWork
    {
        public GemmBlock<T, V, L> Block;

        public readonly void Run(int chunk) => Block.RunTiles(chunk);
    }
}
