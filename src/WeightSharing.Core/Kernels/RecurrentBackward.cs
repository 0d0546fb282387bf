using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The steps backward: for a panel of units, what flows back from the next step's gates by register tiles, then the gates' own gradients.
/// </summary>
internal unsafe struct RecurrentBackward<T, V, L, TCell> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where TCell : struct, IRecurrentCell
{
    private RecurrentProblem<T> p;
    private T* packed;
    private T* carry;
    private int chunks;
    private bool packs;

    public static void Run(in RecurrentProblem<T> problem)
    {
        var work = new RecurrentBackward<T, V, L, TCell> { p = problem, chunks = RecurrentTiles.Chunks(problem.Batch) };
        int matrices = problem.OwnWeights ? problem.Steps : 1;
        long units = (long)problem.Batch * problem.Hidden;
        using Scratch<T> scratch = Scratch<T>.Rent(matrices * work.PackedCount + units + L.Count);
        work.packed = scratch.Pointer;
        work.carry = scratch.Pointer + matrices * work.PackedCount;
        new Span<T>(work.carry, (int)units).Clear();
        work.packs = true;
        Parallelism.For(matrices, ref work, matrices * work.PackedCount * 0.25);
        work.packs = false;
        double multiplyAdds = (double)problem.Steps * problem.Batch * TCell.Gates * problem.Hidden * problem.Hidden;
        Parallelism.For(work.chunks, ref work, GemmPlan<T, V, L>.Nanoseconds(multiplyAdds));
    }

    public readonly void Run(int chunk)
    {
        if (packs) Pack(chunk);
        else RunSteps(chunk);
    }

    private static int Width => 2 * L.Count;

    private readonly int Rows => TCell.Gates * p.Hidden;

    /// <summary>Elements of one packed weight: [panel][k][lane], panels of two vectors, zeros beyond the last unit.</summary>
    private readonly long PackedCount => (long)((p.Hidden + Width - 1) / Width) * Width * Rows;

    private readonly void Pack(int matrix)
    {
        T* weight = p.Weight + (nint)matrix * Rows * p.Hidden, target = packed + (nint)(matrix * PackedCount);
        for (int unit = 0; unit < p.Hidden; unit += Width)
        {
            GemmPacking.Pack(weight + unit, 1, p.Hidden, Math.Min(Width, p.Hidden - unit), Rows, target, Width);
            target += (nint)Width * Rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunSteps(int chunk)
    {
        (int first, int end) = RecurrentTiles.Rows(p.Batch, chunks, chunk);
        int hidden = p.Hidden, maximum = GemmTile<T, V, L>.MaximumRows, tile = RecurrentTiles.TileRows(end - first, maximum);
        using Scratch<T> scratch = Scratch<T>.Rent(maximum * Width + RecurrentStaging<T>.Slots * L.Count);
        T* product = scratch.Pointer, staging = product + maximum * Width;
        new Span<T>(staging, RecurrentStaging<T>.Slots * L.Count).Clear();
        for (int s = p.Steps - 1; s >= -1; s--)
        {
            for (int unit = 0; unit < hidden; unit += Width)
            {
                for (int i = first; i < end; i += tile)
                {
                    int rows = Math.Min(tile, end - i);
                    if (s == p.Steps - 1) new Span<T>(product, rows * Width).Clear();
                    else Product(s + 1, unit, i, rows, product);
                    if (s < 0)
                    {
                        for (int n = 0; n < rows; n++) Initial(i + n, unit, product + n * Width);
                        continue;
                    }

                    Apply(s, i, rows, unit, product, staging);
                    if (unit + L.Count < hidden) Apply(s, i, rows, unit + L.Count, product + L.Count, staging);
                }
            }
        }
    }

    // product [n, units] = ∂gates [n, k] · W [k, units]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Product(int s, int unit, int row, int rows, T* product)
    {
        int t = p.Time(s), hidden = p.Hidden;
        T* b = packed + (p.OwnWeights ? (nint)(t * PackedCount) : 0) + (nint)unit * Rows;
        T* a = p.Gates + ((nint)t * p.Batch + row) * Rows;
        int whole = TCell.LastGateIsApart ? Rows - hidden : Rows;
        bool two = unit + L.Count < hidden;
        if (two) GemmTile<T, V, L>.Run<N2>(rows, whole, a, Rows, 1, b, Width, null, 0, product, Width);
        else GemmTile<T, V, L>.Run<N1>(rows, whole, a, Rows, 1, b, Width, null, 0, product, Width);
        if (!TCell.LastGateIsApart) return;
        a = p.Memory + ((nint)t * p.Batch + row) * hidden;
        b += (nint)whole * Width;
        if (two) GemmTile<T, V, L>.Run<N2>(rows, hidden, a, hidden, 1, b, Width, product, Width, product, Width);
        else GemmTile<T, V, L>.Run<N1>(rows, hidden, a, hidden, 1, b, Width, product, Width, product, Width);
    }

    private readonly void Initial(int n, int unit, T* product)
    {
        nint at = (nint)n * p.Hidden + unit;
        int count = Math.Min(Width, p.Hidden - unit);
        for (int j = 0; j < count; j++) p.InitialGradient[at + j] = product[j] + carry[at + j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Apply(int s, int n, int rows, int unit, T* product, T* staging)
    {
        int t = p.Time(s);
        nint at = (nint)n * p.Hidden + unit, row = ((nint)t * p.Batch + n) * p.Hidden;
        var units = new RecurrentUnits<T>
        {
            Rows = rows,
            Row = p.Hidden,
            ProductRow = Width,
            GateRow = (nint)TCell.Gates * p.Hidden,
            Product = product,
            ProductStride = L.Count,
            Gates = p.Gates + row * TCell.Gates + unit,
            GateStride = p.Hidden,
            Before = p.Before(s) + at,
            State = p.States + row + unit,
            StateGradient = p.StateGradient + row + unit,
            Carry = carry + at,
        };
        if (TCell.MemoryIsState || TCell.LastGateIsApart) units.Memory = p.Memory + row + unit;
        if (TCell.MemoryIsState)
        {
            units.MemoryBefore = p.MemoryBefore(s) + at;
            units.MemoryCarry = p.MemoryGradient + at;
        }

        if (p.Lengths == null && p.Hidden - unit >= L.Count) TCell.Backward<T, V, L>(units);
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
                TCell.Backward<T, V, L>(one);
                continue;
            }

            RecurrentUnits<T> staged = RecurrentStaging<T>.Enter(one, TCell.Gates, count, staging, L.Count);
            TCell.Backward<T, V, L>(staged);
            RecurrentStaging<T>.Leave(one, staged, TCell.Gates, count);
        }
    }

    private static void Rest(in RecurrentUnits<T> u, int count)
    {
        for (int j = 0; j < count; j++)
        {
            u.Carry[j] = u.StateGradient[j] + u.Carry[j] + u.Product[j];
            for (int g = 0; g < TCell.Gates; g++) u.Gates[g * u.GateStride + j] = T.Zero;
            if (TCell.LastGateIsApart) u.Memory[j] = T.Zero;
        }
    }
}
