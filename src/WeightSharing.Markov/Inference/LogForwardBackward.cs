namespace WeightSharing.Markov;

/// <summary>
/// The recursions in logarithms, plainly: the definition that the scaled sweeps are tested against, and what runs when a sequence's probability hangs
/// on states whose scaled mass would round to zero.
/// </summary>
internal static class LogForwardBackward
{
    public static double Run(HmmChain chain, EmissionSource source, int length, ChainWeights? result, PosteriorSink? sink)
    {
        int states = chain.States;
        var b = new double[length * states];
        source(0, length, b);
        double[] a = Logs(chain), start = Log(chain.Start), end = Log(chain.End);
        double[] forward = new double[length * states], terms = new double[states];
        for (int t = 0; t < length; t++)
        {
            for (int j = 0; j < states; j++)
            {
                if (t == 0)
                {
                    forward[j] = start[j] + b[j];
                    continue;
                }

                for (int i = 0; i < states; i++) terms[i] = forward[(t - 1) * states + i] + a[i * states + j];
                forward[t * states + j] = LogSum(terms) + b[t * states + j];
            }
        }

        for (int i = 0; i < states; i++) terms[i] = forward[(length - 1) * states + i] + end[i];
        double total = LogSum(terms);
        if (double.IsNegativeInfinity(total) || result is null && sink is null) return total;
        Backward(chain, a, start, end, b, forward, total, length, result, sink);
        return total;
    }

    /// <summary>ln Σ eˣ; −∞ where all are.</summary>
    public static double LogSum(ReadOnlySpan<double> x)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double value in x) largest = Math.Max(largest, value);
        if (double.IsNegativeInfinity(largest)) return largest;
        foreach (double value in x) sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }

    private static void Backward(
        HmmChain chain, double[] a, double[] start, double[] end, double[] b, double[] forward, double total, int length, ChainWeights? result, PosteriorSink? sink)
    {
        int states = chain.States;
        double[] beta = [.. end.AsSpan(0, states)], next = new double[states], terms = new double[states];
        var posteriors = new double[length * states];
        for (int t = length - 1; t >= 0; t--)
        {
            if (t < length - 1)
            {
                for (int j = 0; j < states; j++) terms[j] = b[(t + 1) * states + j] + beta[j];
                for (int i = 0; i < states; i++)
                {
                    var row = new double[states];
                    for (int j = 0; j < states; j++)
                    {
                        row[j] = a[i * states + j] + terms[j];
                        if (result is not null) result.Transitions[i * chain.Stride + j] += Math.Exp(forward[t * states + i] + terms[j] - total);
                    }

                    next[i] = LogSum(row);
                }

                (beta, next) = (next, beta);
            }
            else if (result is not null)
            {
                for (int i = 0; i < states; i++) result.End[i] += Math.Exp(forward[t * states + i] - total);
            }

            for (int i = 0; i < states; i++) posteriors[t * states + i] = Math.Exp(forward[t * states + i] + beta[i] - total);
        }

        if (result is not null)
        {
            for (int i = 0; i < states; i++) result.Start[i] += Math.Exp(b[i] + beta[i] - total);
        }

        sink?.Invoke(0, length, posteriors);
    }

    private static double[] Logs(HmmChain chain)
    {
        var logs = new double[chain.States * chain.States];
        for (int i = 0; i < chain.States; i++)
        {
            for (int j = 0; j < chain.States; j++) logs[i * chain.States + j] = Math.Log(chain.Transition[i * chain.Stride + j]);
        }

        return logs;
    }

    private static double[] Log(double[] x) => [.. x.Select(value => Math.Log(value))];
}
