using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>y[j] = max_i (x[i] + M[i, j]) and the first i that reaches it: one step of Viterbi's recursion in logarithms (Viterbi 1967).</summary>
/// <remarks>M is rows × stride, row-major, −∞ where there is no transition; where all terms are −∞ the index is 0.</remarks>
internal static unsafe class MaxPlus
{
    /// <summary>Viterbi's recursion over a block of steps: v ← bₜ + max-plus product, with the arguments of every step.</summary>
    /// <param name="values">[stride]: v before the block; receives v after it.</param>
    /// <param name="matrix">ln A, states × stride.</param>
    /// <param name="emission">ln b, steps × stride; padding is −∞.</param>
    /// <param name="arguments">Receives the best predecessor of every state, steps × states.</param>
    /// <param name="scratch">2 · stride numbers.</param>
    /// <param name="states">Number of states.</param>
    /// <param name="stride">Of all rows.</param>
    /// <param name="width">The variant.</param>
    public static void Sweep(
        Span<double> values, ReadOnlySpan<double> matrix, ReadOnlySpan<double> emission, Span<int> arguments, Span<double> scratch, int states, int stride,
        SimdWidth width)
    {
        int steps = arguments.Length / states;
        fixed (double* v = values, m = matrix, b = emission, work = scratch)
        {
            for (int t = 0; t < steps; t++)
            {
                Multiply(v, m, work, work + stride, states, stride, width);
                double* own = b + t * stride;
                for (int j = 0; j < states; j++)
                {
                    v[j] = work[j] + own[j];
                    arguments[t * states + j] = (int)work[stride + j];
                }
            }
        }
    }

    public static void Multiply(double* x, double* matrix, double* y, double* argument, int rows, int stride, SimdWidth width)
    {
        switch (width)
        {
            case SimdWidth.Vector512: Run<Vector512<double>, Lanes512<double>>(x, matrix, y, argument, rows, stride); break;
            case SimdWidth.Vector256: Run<Vector256<double>, Lanes256<double>>(x, matrix, y, argument, rows, stride); break;
            case SimdWidth.Vector128: Run<Vector128<double>, Lanes128<double>>(x, matrix, y, argument, rows, stride); break;
            default: Reference(x, matrix, y, argument, rows, stride); break;
        }
    }

    private static void Reference(double* x, double* matrix, double* y, double* argument, int rows, int stride)
    {
        for (int j = 0; j < stride; j++)
        {
            (double best, int at) = (double.NegativeInfinity, 0);
            for (int i = 0; i < rows; i++)
            {
                double value = x[i] + matrix[i * stride + j];
                if (value > best) (best, at) = (value, i);
            }

            (y[j], argument[j]) = (best, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<V, L>(double* x, double* matrix, double* y, double* argument, int rows, int stride)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        for (int j = 0; j < stride; j += L.Count)
        {
            V best = L.Broadcast(double.NegativeInfinity), at = L.Zero;
            double* m = matrix + j;
            for (int i = 0; i < rows; i++, m += stride)
            {
                V value = L.Add(L.Broadcast(x[i]), L.Load(m));
                at = L.IfGreater(value, best, L.Broadcast(i), at);
                best = L.IfGreater(value, best, value, best);
            }

            L.Store(best, y + j);
            L.Store(at, argument + j);
        }
    }
}
