using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Sums over all alignments of a label sequence with the steps of a longer one, in logarithms and double precision (Graves et al. 2006): the states are
/// the labels with a blank before, between and behind them; a step stays, goes on by one, or by two past a blank between different labels.
/// </summary>
/// <remarks>
/// Layout: ln p of class c at step t is x[t·stride + c]; states hold the class of each of the m states; alpha and the sweep's rows are [steps, m].
/// Overwrites alpha, adds to the gradient. No steps have one alignment when there are no labels, else none.
/// </remarks>
internal static class CtcSweep
{
    /// <summary>ln P of the labels; alpha[t, s] = ln of the sum over all ways to state s at step t.</summary>
    public static double Forward<T>(ReadOnlySpan<T> x, int stride, int steps, ReadOnlySpan<int> states, Span<double> alpha)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int m = states.Length;
        if (steps == 0) return m == 1 ? 0 : double.NegativeInfinity;
        for (int t = 0; t < steps; t++)
        {
            Span<double> row = alpha.Slice(t * m, m);
            for (int s = 0; s < m; s++)
            {
                double ways = t == 0 ? s < 2 ? 0 : double.NegativeInfinity : Into(alpha.Slice((t - 1) * m, m), states, s);
                row[s] = ways + double.CreateChecked(x[t * stride + states[s]]);
            }
        }

        ReadOnlySpan<double> last = alpha.Slice((steps - 1) * m, m);
        return m == 1 ? last[0] : LogAdd(last[m - 1], last[m - 2]);
    }

    /// <summary>gradient[t·stride + c] += factor · Σ of the posteriors of c's states at step t, nothing of labels that have no alignment.</summary>
    public static void Backward<T>(
        ReadOnlySpan<T> x, int stride, int steps, ReadOnlySpan<int> states, ReadOnlySpan<double> alpha, double logLikelihood, double factor, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int m = states.Length;
        if (!double.IsFinite(logLikelihood)) return;
        double[] beta = new double[m], behind = new double[m];
        for (int t = steps - 1; t >= 0; t--)
        {
            for (int s = 0; s < m; s++)
            {
                beta[s] = t == steps - 1 ? s >= m - 2 ? 0 : double.NegativeInfinity : OutOf(behind, states, s);
                double posterior = Math.Exp(alpha[t * m + s] + beta[s] - logLikelihood);
                if (posterior > 0) gradient[t * stride + states[s]] += T.CreateChecked(factor * posterior);
            }

            for (int s = 0; s < m; s++) behind[s] = beta[s] + double.CreateChecked(x[t * stride + states[s]]);
        }
    }

    /// <summary>Whether a step may pass from state s − 2 to s: over a blank between different labels.</summary>
    public static bool Skips(ReadOnlySpan<int> states, int s) => s % 2 == 1 && s >= 2 && states[s] != states[s - 2];

    private static double Into(ReadOnlySpan<double> former, ReadOnlySpan<int> states, int s)
    {
        double ways = s == 0 ? former[0] : LogAdd(former[s], former[s - 1]);
        return Skips(states, s) ? LogAdd(ways, former[s - 2]) : ways;
    }

    private static double OutOf(ReadOnlySpan<double> behind, ReadOnlySpan<int> states, int s)
    {
        double ways = s + 1 == states.Length ? behind[s] : LogAdd(behind[s], behind[s + 1]);
        return s + 2 < states.Length && Skips(states, s + 2) ? LogAdd(ways, behind[s + 2]) : ways;
    }

    private static double LogAdd(double a, double b) => default(LogAddExp<double>).Apply<double, ScalarLanes<double>>(a, b);
}
