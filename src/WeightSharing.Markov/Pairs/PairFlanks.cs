namespace WeightSharing.Markov;

/// <summary>Where an alignment with flanks may begin and end: a row's columns as scores, 0 or −∞, or nothing. No flank passes a symbol that is never inserted.</summary>
internal sealed class PairFlanks
{
    private readonly PairNumbers numbers;
    private readonly int lastI, lastJ, firstI, firstJ;                  // begins at most there, ends at least here
    private readonly double[] endAll, endLast;

    public PairFlanks(PairNumbers numbers)
    {
        this.numbers = numbers;
        (lastI, firstI) = Limits(numbers.Xs, numbers.Qx);
        (lastJ, firstJ) = Limits(numbers.Ys, numbers.Qy);
        (endAll, endLast) = (Row(firstJ, numbers.K), Row(numbers.K, numbers.K));

        static (int, int) Limits(int[] sequence, double[] q)
        {
            int first = Array.FindIndex(sequence, symbol => q[symbol] == 0), last = Array.FindLastIndex(sequence, symbol => q[symbol] == 0);
            return (first < 0 ? sequence.Length : first, last + 1);
        }
    }

    /// <summary>Where an alignment may end in each row.</summary>
    public double[]? End(int i) => i < firstI ? null : EndsAnywhere(i) ? endAll : endLast;

    /// <summary>Where an alignment may begin in each row.</summary>
    public Func<int, double[]?> Begins()
    {
        double[] all = Row(0, lastJ), first = Row(0, 0);
        return i => i > lastI ? null : BeginsAnywhere(i) ? all : first;
    }

    /// <summary>The same with the columns counted back from one.</summary>
    public Func<int, double[]?> BeginsBackFrom(int column)
    {
        double[] all = Row(Math.Max(0, column - lastJ), column), first = Row(column, column);
        return i => i > lastI ? null : BeginsAnywhere(i) ? all : first;
    }

    /// <summary>The first cell where an alignment may begin and end at once.</summary>
    public (int I, int J)? Empty()
    {
        for (int i = firstI; i <= lastI; i++)
        {
            (int from, int to) = numbers.Columns(i);
            int first = Math.Max(from, EndsAnywhere(i) ? firstJ : numbers.K), last = Math.Min(to, BeginsAnywhere(i) ? lastJ : 0);
            if (first <= last) return (i, first);
        }

        return null;
    }

    private bool BeginsAnywhere(int i) => numbers.Mode == PairMode.Local || i == 0;

    private bool EndsAnywhere(int i) => numbers.Mode == PairMode.Local || i == numbers.N;

    private double[] Row(int from, int to) => [.. Enumerable.Range(0, PairBestSweep.Length(numbers.K)).Select(j => j >= from && j <= to ? 0 : double.NegativeInfinity)];
}
