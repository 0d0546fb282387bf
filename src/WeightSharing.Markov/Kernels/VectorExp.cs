using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>
/// Rows of logarithms to rows of probabilities: y = e^(x − max x), and the largest of each row. eˣ for x ≤ 0 to about one unit in the last place:
/// 2ⁿ·eʳ with n = round(x / ln 2) and |r| ≤ ½ ln 2, eʳ by its Taylor polynomial of degree 13. Below −708 the result is 0: what would be subnormal is nothing.
/// </summary>
internal static unsafe class VectorExp
{
    // 1.5·2^52: adding it leaves an integer in the low mantissa bits.
    private const double Shift = 6755399441055744.0, Lowest = -708;

    /// <summary>Packed rows to padded ones.</summary>
    /// <param name="logs">rows × states.</param>
    /// <param name="target">rows × stride; the padding becomes 0.</param>
    /// <param name="largest">Receives the largest of each row; where it is −∞ or not finite the row is not meaningful.</param>
    /// <param name="states">Numbers in a row.</param>
    /// <param name="stride">A multiple of <see cref="MatrixVector.Padding"/>.</param>
    /// <param name="width">The variant.</param>
    public static void Rows(ReadOnlySpan<double> logs, Span<double> target, Span<double> largest, int states, int stride, SimdWidth width)
    {
        fixed (double* x = logs, y = target, top = largest)
        {
            switch (width)
            {
                case SimdWidth.Vector512: Rows<Vector512<double>, Lanes512<double>>(x, y, top, largest.Length, states, stride); break;
                case SimdWidth.Vector256: Rows<Vector256<double>, Lanes256<double>>(x, y, top, largest.Length, states, stride); break;
                case SimdWidth.Vector128: Rows<Vector128<double>, Lanes128<double>>(x, y, top, largest.Length, states, stride); break;
                default: Reference(x, y, top, largest.Length, states, stride); break;
            }
        }
    }

    private static void Reference(double* x, double* y, double* top, int rows, int states, int stride)
    {
        for (int t = 0; t < rows; t++)
        {
            double largest = double.NegativeInfinity;
            for (int s = 0; s < states; s++) largest = Math.Max(largest, x[t * states + s]);
            top[t] = largest;
            for (int s = 0; s < stride; s++)
            {
                double value = s < states ? x[t * states + s] - largest : double.NegativeInfinity;
                y[t * stride + s] = value < Lowest ? 0 : Math.Exp(value);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<V, L>(double* x, double* y, double* top, int rows, int states, int stride)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        V low = L.Broadcast(Lowest), perLog2 = L.Broadcast(1.4426950408889634), shift = L.Broadcast(Shift), unshift = L.Broadcast(-Shift);
        V high = L.Broadcast(-6.93147180369123816490e-01), rest = L.Broadcast(-1.90821492927058770002e-10);
        for (int t = 0; t < rows; t++, x += states, y += stride)
        {
            Buffer.MemoryCopy(x, y, stride * sizeof(double), states * sizeof(double));
            for (int s = states; s < stride; s++) y[s] = double.NegativeInfinity;
            V most = L.Load(y);
            for (int s = L.Count; s < stride; s += L.Count) most = L.Max(most, L.Load(y + s));
            double largest = L.Largest(most);
            top[t] = largest;
            V minus = L.Broadcast(-largest);
            for (int s = 0; s < stride; s += L.Count)
            {
                V value = L.Add(L.Load(y + s), minus), limited = L.Max(value, low);
                V shifted = L.MultiplyAdd(limited, perLog2, shift), n = L.Add(shifted, unshift);
                V r = L.MultiplyAdd(n, rest, L.MultiplyAdd(n, high, limited));
                V p = L.Broadcast(1.0 / 6227020800);
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 479001600));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 39916800));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 3628800));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 362880));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 40320));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 5040));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 720));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 120));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 24));
                p = L.MultiplyAdd(p, r, L.Broadcast(1.0 / 6));
                p = L.MultiplyAdd(p, r, L.Broadcast(0.5));
                p = L.MultiplyAdd(p, r, L.Broadcast(1));
                p = L.MultiplyAdd(p, r, L.Broadcast(1));
                L.Store(L.IfGreater(low, value, L.Zero, L.ScaleByShifted(p, shifted)), y + s);
            }
        }
    }
}
