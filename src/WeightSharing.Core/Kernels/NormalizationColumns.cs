using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Normalisation of the columns of a matrix [rows, pitch]: every group is one column, and vectors stand side by side on neighbouring columns.
/// </summary>
/// <remarks>
/// Eight rows at a time are read once and kept in registers: their mean and squared deviations are merged with those of the rows above
/// (Chan, Golub and LeVeque 1979). Each function takes the columns from <c>column</c> on that fill whole vectors, and returns the first that is left.
/// A column's bits depend neither on its place nor on the width of the vectors, as long as all have the multiply-add.
/// </remarks>
internal static unsafe class NormalizationColumns<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int Rows = 8;

    /// <summary>mean and Σ (x − mean)² of each column.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Statistics(int column, int end, T* x, int rows, nint pitch, T* mean, T* squares)
    {
        int whole = end - (end - column) % L.Count;
        if (column >= whole) return column;
        new Span<T>(mean + column, whole - column).Clear();
        new Span<T>(squares + column, whole - column).Clear();
        V eighth = L.Broadcast(Number.Of<T>(1.0 / Rows));
        int row = 0;
        for (; row <= rows - Rows; row += Rows)
        {
            // Of n rows above and 8 here: the mean moves by ∆·8/(n + 8), the squared deviations grow by ∆²·8n/(n + 8) besides their own.
            V share = L.Broadcast(Number.Of<T>((double)Rows / (row + Rows))), weight = L.Broadcast(Number.Of<T>((double)Rows * row / (row + Rows)));
            T* from = x + row * pitch;
            for (int c = column; c < whole; c += L.Count)
            {
                T* s = from + c, t = s + 4 * pitch;
                V x0 = L.Load(s), x1 = L.Load(s + pitch), x2 = L.Load(s + 2 * pitch), x3 = L.Load(s + 3 * pitch);
                V x4 = L.Load(t), x5 = L.Load(t + pitch), x6 = L.Load(t + 2 * pitch), x7 = L.Load(t + 3 * pitch);
                V sum = L.Add(L.Add(L.Add(x0, x1), L.Add(x2, x3)), L.Add(L.Add(x4, x5), L.Add(x6, x7)));
                V here = L.Multiply(sum, eighth);
                (x0, x1, x2, x3) = (L.Subtract(x0, here), L.Subtract(x1, here), L.Subtract(x2, here), L.Subtract(x3, here));
                (x4, x5, x6, x7) = (L.Subtract(x4, here), L.Subtract(x5, here), L.Subtract(x6, here), L.Subtract(x7, here));
                V even = L.MultiplyAdd(x6, x6, L.MultiplyAdd(x4, x4, L.MultiplyAdd(x2, x2, L.Multiply(x0, x0))));
                V odd = L.MultiplyAdd(x7, x7, L.MultiplyAdd(x5, x5, L.MultiplyAdd(x3, x3, L.Multiply(x1, x1))));
                V above = L.Load(mean + c), difference = L.Subtract(here, above);
                L.Store(L.MultiplyAdd(difference, share, above), mean + c);
                V own = L.Add(L.Load(squares + c), L.Add(even, odd));
                L.Store(L.MultiplyAdd(L.Multiply(difference, difference), weight, own), squares + c);
            }
        }

        for (; row < rows; row++)
        {
            V share = L.Broadcast(Number.Of<T>(1.0 / (row + 1))), weight = L.Broadcast(Number.Of<T>((double)row / (row + 1)));
            for (int c = column; c < whole; c += L.Count)
            {
                V above = L.Load(mean + c), difference = L.Subtract(L.Load(x + row * pitch + c), above);
                L.Store(L.MultiplyAdd(difference, share, above), mean + c);
                L.Store(L.MultiplyAdd(L.Multiply(difference, difference), weight, L.Load(squares + c)), squares + c);
            }
        }

        return whole;
    }

    /// <summary>
    /// Adds a and b of n more rows to the sums first and second of the m rows above them; where these are means and squares, by the formula of
    /// <see cref="Statistics"/>. With no rows above, first and second become a and b.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Merge(int column, int end, bool areMeans, int m, int n, T* a, T* b, T* first, T* second)
    {
        int whole = end - (end - column) % L.Count;
        V share = L.Broadcast(Number.Of<T>(areMeans ? (double)n / (m + n) : 1)), weight = L.Broadcast(Number.Of<T>(areMeans ? (double)n * m / (m + n) : 0));
        for (int c = column; c < whole; c += L.Count)
        {
            V above = m == 0 ? L.Zero : L.Load(first + c), squares = m == 0 ? L.Zero : L.Load(second + c);
            V difference = areMeans ? L.Subtract(L.Load(a + c), above) : L.Load(a + c);
            squares = L.Add(squares, L.Load(b + c));
            L.Store(L.MultiplyAdd(difference, share, above), first + c);
            L.Store(areMeans ? L.MultiplyAdd(L.Multiply(difference, difference), weight, squares) : squares, second + c);
        }

        return whole;
    }

    /// <summary>y = (x − mean)·scale + shift</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Write(int column, int end, T* x, T* y, int rows, nint pitch, T* mean, T* scale, T* shift)
    {
        int whole = end - (end - column) % L.Count;
        for (int row = 0; row < rows; row++, x += pitch, y += pitch)
        {
            for (int c = column; c < whole; c += L.Count)
                L.Store(L.MultiplyAdd(L.Subtract(L.Load(x + c), L.Load(mean + c)), L.Load(scale + c), L.Load(shift + c)), y + c);
        }

        return whole;
    }

    /// <summary>sum = Σ dy and product = Σ dy·(x − mean) of each column.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Sums(int column, int end, T* dy, T* x, int rows, nint pitch, T* mean, T* sum, T* product)
    {
        int whole = end - (end - column) % L.Count;
        if (column >= whole) return column;
        new Span<T>(sum + column, whole - column).Clear();
        new Span<T>(product + column, whole - column).Clear();
        for (int row = 0; row < rows; row += Rows)
        {
            int count = Math.Min(Rows, rows - row);
            for (int c = column; c < whole; c += L.Count)
            {
                V m = L.Load(mean + c), s = L.Zero, p = L.Zero;
                T* from = x + row * pitch + c, given = dy + row * pitch + c;
                for (int k = 0; k < count; k++, from += pitch, given += pitch)
                {
                    V g = L.Load(given);
                    s = L.Add(s, g);
                    p = L.MultiplyAdd(g, L.Subtract(L.Load(from), m), p);
                }

                L.Store(L.Add(L.Load(sum + c), s), sum + c);
                L.Store(L.Add(L.Load(product + c), p), product + c);
            }
        }

        return whole;
    }

    /// <summary>dx = scale·dy + (x − mean)·tilt + shift</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Gradient(int column, int end, T* dy, T* x, T* dx, int rows, nint pitch, T* mean, T* scale, T* tilt, T* shift)
    {
        int whole = end - (end - column) % L.Count;
        for (int row = 0; row < rows; row++, dy += pitch, x += pitch, dx += pitch)
        {
            for (int c = column; c < whole; c += L.Count)
            {
                V deviation = L.MultiplyAdd(L.Subtract(L.Load(x + c), L.Load(mean + c)), L.Load(tilt + c), L.Load(shift + c));
                L.Store(L.MultiplyAdd(L.Load(dy + c), L.Load(scale + c), deviation), dx + c);
            }
        }

        return whole;
    }
}
