namespace WeightSharing.Kernels;

/// <summary>How the sequences of a batch are cut, by their number alone.</summary>
internal static class RecurrentTiles
{
    // A chunk streams the whole weight through its core at every step: from 8 sequences on the arithmetic takes longer.
    private const int ChunkRows = 16;

    public static int Chunks(int batch) => batch < ChunkRows ? 1 : Math.Max(2, (batch + ChunkRows - 1) / ChunkRows);

    /// <summary>The sequences of a chunk; chunks differ by one at most.</summary>
    public static (int First, int End) Rows(int batch, int chunks, int chunk)
        => ((int)((long)batch * chunk / chunks), (int)((long)batch * (chunk + 1) / chunks));

    /// <summary>Rows of a tile, so that the tiles of a chunk are nearly equal.</summary>
    public static int TileRows(int rows, int maximum)
    {
        int tiles = (rows + maximum - 1) / maximum;
        return (rows + tiles - 1) / tiles;
    }
}

/// <summary>Full vectors in place of the last units, which fill a part of one.</summary>
internal static unsafe class RecurrentStaging<T>
    where T : unmanaged
{
    private const int MostGates = 4;

    /// <summary>Vectors that the staging takes.</summary>
    public const int Slots = MostGates + 8;

    /// <summary>Copies <paramref name="count"/> units of every operand; what lies beyond them is whatever was there.</summary>
    public static RecurrentUnits<T> Enter(in RecurrentUnits<T> from, int gates, int count, T* staging, int lanes)
    {
        RecurrentUnits<T> units = from;
        units.Gates = staging;
        units.GateStride = lanes;
        for (int g = 0; g < gates; g++) Copy(from.Gates + g * from.GateStride, staging + g * lanes, count);
        staging += MostGates * lanes;
        Stage(ref units.Before, ref staging, count, lanes);
        Stage(ref units.State, ref staging, count, lanes);
        Stage(ref units.MemoryBefore, ref staging, count, lanes);
        Stage(ref units.Memory, ref staging, count, lanes);
        Stage(ref units.Bias, ref staging, count, lanes);
        Stage(ref units.StateGradient, ref staging, count, lanes);
        Stage(ref units.Carry, ref staging, count, lanes);
        Stage(ref units.MemoryCarry, ref staging, count, lanes);
        return units;
    }

    /// <summary>Copies back what a cell may have written.</summary>
    public static void Leave(in RecurrentUnits<T> to, in RecurrentUnits<T> staged, int gates, int count)
    {
        for (int g = 0; g < gates; g++) Copy(staged.Gates + g * staged.GateStride, to.Gates + g * to.GateStride, count);
        Copy(staged.State, to.State, count);
        if (to.Memory != null) Copy(staged.Memory, to.Memory, count);
        if (to.Carry != null) Copy(staged.Carry, to.Carry, count);
        if (to.MemoryCarry != null) Copy(staged.MemoryCarry, to.MemoryCarry, count);
    }

    private static void Stage(ref T* operand, ref T* staging, int count, int lanes)
    {
        if (operand == null) return;
        Copy(operand, staging, count);
        operand = staging;
        staging += lanes;
    }

    private static void Copy(T* from, T* to, int count)
    {
        for (int j = 0; j < count; j++) to[j] = from[j];
    }
}
