using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The steps forward: for a panel of units, the products of all gates by register tiles, then the gates while the products are in L1.
/// </summary>
internal unsafe struct RecurrentForward<T, V, L, TCell> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where TCell : struct, IRecurrentCell
{
    private RecurrentProblem<T> p;
    private T* packed;
    private int chunks, unitVectors;
    private bool packs;

    // An odd number of gates would leave a tile of one vector, which loads more than it multiplies.
    private static int PanelUnits => TCell.Gates % 2 == 0 ? 1 : 2;

    public static void Run(in RecurrentProblem<T> problem)
    {
        var work = new RecurrentForward<T, V, L, TCell>
        {
            p = problem,
            chunks = RecurrentTiles.Chunks(problem.Batch),
            unitVectors = (problem.Hidden + L.Count - 1) / L.Count,
        };
        int matrices = problem.OwnWeights ? problem.Steps : 1;
        using Scratch<T> scratch = Scratch<T>.Rent(matrices * work.PackedCount);
        work.packed = scratch.Pointer;
        work.packs = true;
        Parallelism.For(matrices, ref work, matrices * work.PackedCount * 0.5);
        work.packs = false;
        double multiplyAdds = (double)problem.Steps * problem.Batch * TCell.Gates * problem.Hidden * problem.Hidden;
        Parallelism.For(work.chunks, ref work, GemmPlan<T, V, L>.Nanoseconds(multiplyAdds));
    }

    public readonly void Run(int chunk)
    {
        if (packs) Pack(chunk);
        else RunSteps(chunk);
    }

    /// <summary>Elements of one packed weight: [panel][k][unit vector][gate][lane], zeros beyond the last unit.</summary>
    private readonly long PackedCount => (long)unitVectors * TCell.Gates * L.Count * p.Hidden;

    private readonly void Pack(int matrix)
    {
        int hidden = p.Hidden;
        T* weight = p.Weight + (nint)matrix * TCell.Gates * hidden * hidden, target = packed + (nint)(matrix * PackedCount);
        using Scratch<T> scratch = Scratch<T>.Rent((long)hidden * L.Count);
        for (int first = 0; first < unitVectors; first += PanelUnits)
        {
            int units = Math.Min(PanelUnits, unitVectors - first), width = units * TCell.Gates * L.Count;
            for (int v = 0; v < units * TCell.Gates; v++)
            {
                int unit = (first + v / TCell.Gates) * L.Count, gate = v % TCell.Gates;
                GemmPacking.Pack(
                    weight + ((nint)gate * hidden + unit) * hidden, hidden, 1, Math.Min(L.Count, hidden - unit), hidden, scratch.Pointer, L.Count);
                for (int k = 0; k < hidden; k++) L.Store(L.Load(scratch.Pointer + k * L.Count), target + (nint)k * width + v * L.Count);
            }

            target += (nint)width * hidden;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunSteps(int chunk)
    {
        (int first, int end) = RecurrentTiles.Rows(p.Batch, chunks, chunk);
        int hidden = p.Hidden, tile = RecurrentTiles.TileRows(end - first, GemmTile<T, V, L>.MaximumRows);
        int products = GemmTile<T, V, L>.MaximumRows * PanelUnits * TCell.Gates * L.Count;
        using Scratch<T> scratch = Scratch<T>.Rent(products + RecurrentStaging<T>.Slots * L.Count);
        T* product = scratch.Pointer, staging = product + products;
        new Span<T>(staging, RecurrentStaging<T>.Slots * L.Count).Clear();
        for (int s = 0; s < p.Steps; s++)
        {
            int t = p.Time(s);
            T* before = p.Before(s);
            T* weight = packed + (p.OwnWeights ? (nint)(t * PackedCount) : 0);
            for (int panel = 0; panel < unitVectors; panel += PanelUnits)
            {
                int units = Math.Min(PanelUnits, unitVectors - panel), vectors = units * TCell.Gates, width = vectors * L.Count;
                for (int i = first; i < end; i += tile)
                {
                    // product [n, gates · units] = h [n, k] · Wᵀ [k, gates · units]
                    int rows = Math.Min(tile, end - i), v = 0;
                    T* a = before + (nint)i * hidden;
                    for (; v + 2 <= vectors; v += 2)
                    {
                        GemmTile<T, V, L>.Run<N2>(rows, hidden, a, hidden, 1, weight + v * L.Count, width, null, 0, product + v * L.Count, width);
                    }

                    if (v < vectors)
                    {
                        GemmTile<T, V, L>.Run<N1>(rows, hidden, a, hidden, 1, weight + v * L.Count, width, null, 0, product + v * L.Count, width);
                    }

                    for (int u = 0; u < units; u++) Apply(s, t, i, rows, (panel + u) * L.Count, product + u * TCell.Gates * L.Count, width, staging);
                }

                weight += (nint)width * hidden;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Apply(int s, int t, int n, int rows, int unit, T* product, int width, T* staging)
    {
        nint at = (nint)n * p.Hidden + unit, row = ((nint)t * p.Batch + n) * p.Hidden;
        var units = new RecurrentUnits<T>
        {
            Rows = rows,
            Row = p.Hidden,
            ProductRow = width,
            GateRow = (nint)TCell.Gates * p.Hidden,
            Product = product,
            ProductStride = L.Count,
            Gates = p.Gates + row * TCell.Gates + unit,
            GateStride = p.Hidden,
            Before = p.Before(s) + at,
            State = p.States + row + unit,
        };
        if (TCell.MemoryIsState || TCell.LastGateIsApart) units.Memory = p.Memory + row + unit;
        if (TCell.MemoryIsState) units.MemoryBefore = p.MemoryBefore(s) + at;
        if (TCell.LastGateIsApart) units.Bias = p.Bias + (p.OwnWeights ? (nint)t * p.Hidden : 0) + unit;
        if (p.Lengths == null && p.Hidden - unit >= L.Count) TCell.Forward<T, V, L>(units);
        else ApplySingly(units, n, t, Math.Min(L.Count, p.Hidden - unit), staging);
    }

    /// <summary>One sequence after the other, where some stand still or the units fill a part of a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void ApplySingly(in RecurrentUnits<T> units, int first, int t, int count, T* staging)
    {
        for (int n = 0; n < units.Rows; n++)
        {
            RecurrentUnits<T> one = units.Single(n);
            if (p.Rests(first + n, t))
            {
                Rest(one, count);
                continue;
            }

            if (count == L.Count)
            {
                TCell.Forward<T, V, L>(one);
                continue;
            }

            RecurrentUnits<T> staged = RecurrentStaging<T>.Enter(one, TCell.Gates, count, staging, L.Count);
            TCell.Forward<T, V, L>(staged);
            RecurrentStaging<T>.Leave(one, staged, TCell.Gates, count);
        }
    }

    private static void Rest(in RecurrentUnits<T> u, int count)
    {
        for (int j = 0; j < count; j++)
        {
            u.State[j] = u.Before[j];
            if (TCell.MemoryIsState) u.Memory[j] = u.MemoryBefore[j];
            else if (TCell.LastGateIsApart) u.Memory[j] = T.Zero;
        }
    }
}
