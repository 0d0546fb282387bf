namespace WeightSharing.Markov;

/// <summary>A pair HMM's numbers and two encoded sequences, as the recursions need them.</summary>
internal sealed class PairNumbers
{
    private readonly int symbols;

    public PairNumbers(double[] transitions, double[] match, double[] insert, int symbols, double randomEnd, int[] x, int[] y, PairOptions options)
    {
        (A, Xs, Ys, Mode, Band, this.symbols) = (transitions, x, y, options.Mode, options.Band, symbols);
        int wide = symbols + 1;
        P = new double[wide * wide];
        Qx = [.. insert[..symbols], 1];
        Qy = [.. insert[symbols..], 1];
        for (int a = 0; a < wide; a++)
        {
            for (int b = 0; b < wide; b++)
            {
                P[a * wide + b] = a == symbols ? b == symbols ? 1 : Qy[b] : b == symbols ? Qx[a] : match[a * symbols + b];
            }
        }

        // A flank emits with the insertions' distribution and ends with probability η: (1 − η)·q a symbol.
        bool flanks = Mode != PairMode.Global;
        FlankEnds = flanks ? 4 * Math.Log(randomEnd) : 0;
        (Fx, Fy) = (Flank(Qx), Flank(Qy));

        double[] Flank(double[] q) => [.. q.Select(p => Math.Log(p * (1 - randomEnd)))];
    }

    /// <summary>[3, 4].</summary>
    public double[] A { get; }

    public int[] Xs { get; }

    public int[] Ys { get; }

    public PairMode Mode { get; }

    public int? Band { get; }

    /// <summary>[V + 1, V + 1], unknown last.</summary>
    public double[] P { get; }

    public double[] Qx { get; }

    public double[] Qy { get; }

    /// <summary>ln of what a flank pays a symbol.</summary>
    public double[] Fx { get; }

    public double[] Fy { get; }

    /// <summary>ln of the ends of the four flanks.</summary>
    public double FlankEnds { get; }

    public int N => Xs.Length;

    public int K => Ys.Length;

    public double Emit(int i, int j) => P[Xs[i - 1] * (symbols + 1) + Ys[j - 1]];

    public bool MayStart(int i, int j) => Mode switch
    {
        PairMode.Global => i == 0 && j == 0,
        PairMode.SemiGlobal => i == 0 || j == 0,
        _ => true,
    };

    public bool MayEnd(int i, int j) => Mode switch
    {
        PairMode.Global => i == N && j == K,
        PairMode.SemiGlobal => i == N || j == K,
        _ => true,
    };

    /// <summary>The columns of a row within the band.</summary>
    public (int From, int To) Columns(int i)
    {
        if (Band is not { } band) return (0, K);
        double centre = N == 0 ? K : (double)i * K / N;
        // With no row between, the whole of y belongs to the one row.
        if (N == 0) return (0, K);
        return (Math.Max(0, (int)Math.Ceiling(centre - band)), Math.Min(K, (int)Math.Floor(centre + band)));
    }
}
