using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>The transforms that a <see cref="WinogradPlan"/> asks for: those of step one or of stride two, forward or backward.</summary>
internal static unsafe class WinogradForm<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // Tiles whose half transformed columns stay in the first cache.
    private const int TilesPerRun = 8, MostSide = 6, MostStep = 4, MostHalo = 2;

    /// <summary>Elements that <see cref="Inputs"/> needs for half transformed columns.</summary>
    public static int HalfLength => (MostStep * TilesPerRun + MostHalo) * MostSide * L.Count;

    /// <summary>The points v[point · stride + tile · tileStride] of consecutive tiles of the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs(in WinogradPlan plan, T* rows, nint rowStride, int tiles, T* half, T* v, nint stride, nint tileStride)
    {
        int step = plan.SourceTile;
        for (int tile = 0; tile < tiles; tile += TilesPerRun, rows += step * TilesPerRun * L.Count, v += TilesPerRun * tileStride)
        {
            int run = Math.Min(TilesPerRun, tiles - tile), columns = step * run + plan.Halo;
            if (!plan.IsStrided)
            {
                WinogradTransform<T, V, L>.InputColumns(rows, rowStride, columns, half);
                WinogradTransform<T, V, L>.InputTiles(half, run, v, stride, tileStride);
            }
            else if (plan.IsForward)
            {
                WinogradStrides<T, V, L>.InputColumns(rows, rowStride, columns, half);
                WinogradStrides<T, V, L>.InputTiles(half, run, v, stride, tileStride);
            }
            else
            {
                WinogradStrides<T, V, L>.BackwardColumns(rows, rowStride, columns, plan.HasOddRows, half);
                WinogradStrides<T, V, L>.BackwardTiles(half, run, plan.HasOddColumns, v, stride, tileStride);
            }
        }
    }

    /// <summary>The outputs of consecutive tiles from their products m[point · stride + tile · tileStride].</summary>
    public static void Outputs(in WinogradPlan plan, T* m, nint stride, nint tileStride, int tiles, T* bias, bool relu, T* y, nint rowStride)
    {
        if (!plan.IsStrided)
            WinogradTransform<T, V, L>.OutputTiles(m, stride, tileStride, tiles, bias, relu, y, rowStride);
        else if (plan.IsForward)
            WinogradStrides<T, V, L>.OutputTiles(m, stride, tileStride, tiles, bias, relu, y, rowStride);
        else
            WinogradStrides<T, V, L>.BackwardOutputs(m, stride, tileStride, tiles, plan.HasOddRows, plan.HasOddColumns, y, rowStride);
    }

    /// <summary>The points d[point · stride + tile · tileStride] of consecutive tiles of dy.</summary>
    public static void Gradients(in WinogradPlan plan, T* y, nint rowStride, int tiles, T* d, nint stride, nint tileStride)
    {
        if (plan.IsStrided) WinogradStrides<T, V, L>.GradientTiles(y, rowStride, tiles, d, stride, tileStride);
        else WinogradTransform<T, V, L>.GradientTiles(y, rowStride, tiles, d, stride, tileStride);
    }

    /// <summary>The points u[point · stride] of a vector of filters g[tap · L].</summary>
    public static void Filter(in WinogradPlan plan, T* g, T* u, nint stride)
    {
        if (plan.IsStrided) WinogradStrides<T, V, L>.Filter(g, !plan.IsForward, u, stride);
        else WinogradTransform<T, V, L>.Filter(g, !plan.IsForward, u, stride);
    }

    /// <summary>The gradient g[tap · L] of a vector of filters from that of its points m[point · L].</summary>
    public static void FilterGradient(in WinogradPlan plan, T* m, T* g)
    {
        if (plan.IsStrided) WinogradStrides<T, V, L>.FilterGradient(m, g);
        else WinogradTransform<T, V, L>.FilterGradient(m, g);
    }
}
