using System.Numerics;
using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>What a backward sweep delivers for one row: posteriors of the states at every column 0 … m.</summary>
internal delegate void PairRowSink(int i, ReadOnlySpan<double> match, ReadOnlySpan<double> insertX, ReadOnlySpan<double> insertY);

/// <summary>
/// The forward and backward recursions of a pair HMM by rows (<see cref="PairRow"/>), in units of the sequences' own insertion probabilities, so that a gap's
/// extension costs the same at every symbol. Forward alone keeps one row; with posteriors, O(√n) rows are kept and the others computed again.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PairSweep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PairNumbers numbers;
    private readonly SimdWidth width;
    private readonly int block, length, wide;
    private readonly T[][] profile;
    private readonly T[] d, u, none;
    private readonly int[] exponents, unused;
    private readonly PairSteps<T> steps;
    private readonly T ex;
    private readonly double logUnit;

    public PairSweep(PairNumbers numbers, SimdWidth width)
    {
        (this.numbers, this.width) = (numbers, width);
        block = PairRow.Block<T>(width);
        length = (numbers.K + block) / block * block;
        wide = numbers.Qx.Length;
        bool flanks = numbers.Mode != PairMode.Global;
        // Units: what a flank pays for a symbol, or, without flanks, what an insertion emits.
        double[] unitX = flanks ? [.. numbers.Fx.Select(Exp)] : numbers.Qx, unitY = flanks ? [.. numbers.Fy.Select(Exp)] : numbers.Qy;
        double gap = unitY[^1] == 1 ? 1 : 1 / unitY[^1];
        ex = T.CreateChecked(gap);
        double[] a = numbers.A;
        steps = new PairSteps<T>
        {
            MM = Of(a[0]),
            MX = Of(a[1]),
            MY = Of(a[2] * gap),
            ME = Of(a[3]),
            XM = Of(a[4]),
            XX = Of(a[5]),
            XY = Of(a[6] * gap),
            XE = Of(a[7]),
            YM = Of(a[8]),
            YX = Of(a[9]),
            YY = Of(a[10] * gap),
            YE = Of(a[11]),
        };
        none = new T[length];
        profile = new T[wide][];
        foreach (int symbol in numbers.Xs)
        {
            if (profile[symbol] is not null) continue;
            profile[symbol] = new T[length];
            for (int j = 1; j <= numbers.K; j++) profile[symbol][j] = Of(numbers.P[symbol * wide + numbers.Ys[j - 1]] / (unitX[symbol] * unitY[numbers.Ys[j - 1]]));
        }

        logUnit = numbers.FlankEnds + numbers.Xs.Sum(symbol => Math.Log(unitX[symbol])) + numbers.Ys.Sum(symbol => Math.Log(unitY[symbol]));
        (d, u) = (new T[length], new T[length]);
        exponents = new int[length / block];
        unused = [];

        static double Exp(double x) => Math.Exp(x);
        static T Of(double x) => T.CreateChecked(x);
    }

    /// <summary>True when every symbol that occurs can be inserted, so that it can be a unit.</summary>
    public static bool Serves(PairNumbers numbers) => numbers.Band is null && numbers.Xs.All(symbol => numbers.Qx[symbol] > 0) && numbers.Ys.All(symbol => numbers.Qy[symbol] > 0);

    /// <summary>ln P(x, y).</summary>
    public double LogLikelihood()
    {
        Reset();
        var total = new ScaledSum();
        bool ends = numbers.Mode != PairMode.Global;
        T[] rows = new T[3 * length];
        int[] rowExponents = new int[length / block];
        for (int i = 0; i <= numbers.N; i++)
        {
            bool kept = ends || i == numbers.N;
            Row(i, kept ? rows : [], kept ? rowExponents : unused);
            if (kept) AddEnds(i, rows, rowExponents, total);
        }

        return total.Log + logUnit;
    }

    /// <summary>ln P, the expected transitions added to [3, 3], and the posteriors of every row.</summary>
    public double Posteriors(double[] transitions, PairRowSink sink)
    {
        int n = numbers.N, blocks = length / block, segment = (int)Math.Ceiling(Math.Sqrt(n + 1)), segments = n / segment + 1;
        var starts = new (T[] D, T[] U, int[] E)[segments];
        Reset();
        var total = new ScaledSum();
        T[] stored = new T[segment * 3 * length];
        int[] storedExponents = new int[segment * blocks];
        for (int i = 0; i <= n; i++)
        {
            if (i % segment == 0) starts[i / segment] = ([.. d], [.. u], [.. exponents]);
            Row(i, stored.AsSpan(0, 3 * length), storedExponents.AsSpan(0, blocks));
            AddEnds(i, stored.AsSpan(0, 3 * length), storedExponents.AsSpan(0, blocks), total);
        }

        if (total.IsZero) return double.NegativeInfinity;
        T[] gm = new T[length], gx = new T[length], behind = new T[3 * length];
        int[] behindExponents = new int[blocks], own = new int[blocks];
        Array.Fill(own, PairRow.Nothing);
        Dictionary<int, T[]> reversed = profile.Index().Where(pair => pair.Item is not null).ToDictionary(pair => pair.Index, pair => Reverse(pair.Item));
        var combine = new double[3 * (numbers.K + 1)];
        for (int number = segments - 1; number >= 0; number--)
        {
            int from = number * segment, count = Math.Min(segment, n + 1 - from);
            starts[number].D.CopyTo(d, 0);
            starts[number].U.CopyTo(u, 0);
            starts[number].E.CopyTo(exponents, 0);
            for (int t = 0; t < count; t++) Row(from + t, stored.AsSpan(t * 3 * length, 3 * length), storedExponents.AsSpan(t * blocks, blocks));
            for (int t = count - 1; t >= 0; t--)
            {
                int i = from + t;
                (T end, T endFirst) = (EndAll(i) ? T.One : T.Zero, EndLast(i) ? T.One : T.Zero);
                PairRow.Backward(i == 0 ? none : reversed[numbers.Xs[i - 1]], ex, end, endFirst, gm, gx, own, behind, behindExponents, steps, i % 4 == 0, width);
                Combine(i, stored.AsSpan(t * 3 * length, 3 * length), storedExponents.AsSpan(t * blocks, blocks), behind, behindExponents, total, transitions, combine);
                int m = numbers.K + 1;
                sink(i, combine.AsSpan(0, m), combine.AsSpan(m, m), combine.AsSpan(2 * m, m));
            }
        }

        return total.Log + logUnit;
    }

    private void Reset()
    {
        Array.Clear(d);
        Array.Clear(u);
        Array.Fill(exponents, PairRow.Nothing);
    }

    private void Row(int i, Span<T> rows, Span<int> rowExponents) => PairRow.Forward(
        i == 0 ? none : profile[numbers.Xs[i - 1]], ex, StartAll(i) ? T.One : T.Zero, StartFirst(i) ? T.One : T.Zero, d, u, exponents, rows, rowExponents, steps, i % 4 == 3, width);

    private bool StartAll(int i) => numbers.Mode == PairMode.Local || numbers.Mode == PairMode.SemiGlobal && i == 0;

    private bool StartFirst(int i) => !StartAll(i) && (numbers.Mode == PairMode.SemiGlobal || i == 0);

    private bool EndAll(int i) => numbers.Mode == PairMode.Local || numbers.Mode == PairMode.SemiGlobal && i == numbers.N;

    private bool EndLast(int i) => !EndAll(i) && (numbers.Mode == PairMode.SemiGlobal || i == numbers.N);

    private void AddEnds(int i, ReadOnlySpan<T> rows, ReadOnlySpan<int> rowExponents, ScaledSum total)
    {
        if (!EndAll(i) && !EndLast(i)) return;
        for (int j = EndAll(i) ? 0 : numbers.K; j <= numbers.K; j++)
        {
            int exponent = rowExponents[j / block];
            double start = numbers.MayStart(i, j) ? PairRow.Power<double>(-exponent) : 0;
            double[] a = numbers.A;
            total.Add(
                a[3] * (double.CreateChecked(rows[j]) + start) + a[7] * double.CreateChecked(rows[length + j]) + a[11] * double.CreateChecked(rows[2 * length + j]), exponent);
        }
    }

    // γ_s = F_s·B_s / P and ξ_st = F_s·a_st·g_t / P, with the begin counted as M in transitions and as no match.
    private void Combine(
        int i, ReadOnlySpan<T> front, ReadOnlySpan<int> frontExponents, T[] behind, int[] behindExponents, ScaledSum total, double[] transitions, double[] posteriors)
    {
        int k = numbers.K, m = k + 1;
        double mm = D(steps.MM), mx = D(steps.MX), my = D(steps.MY), xm = D(steps.XM), xx = D(steps.XX), xy = D(steps.XY), ym = D(steps.YM), yx = D(steps.YX), yy = D(steps.YY);
        double nmm = 0, nmx = 0, nmy = 0, nxm = 0, nxx = 0, nxy = 0, nym = 0, nyx = 0, nyy = 0;
        for (int j = 0; j <= k; j++)
        {
            int r = k - j, forward = frontExponents[j / block], backward = behindExponents[r / block];
            double scale = PairRow.Power<double>(forward + backward - total.Exponent) / total.Mantissa;
            double fm = D(front[j]), fx = D(front[length + j]), fy = D(front[2 * length + j]);
            double gd = scale * D(behind[r]), gx = scale * D(behind[length + r]), gy = scale * D(behind[2 * length + r]);
            double over = numbers.MayEnd(i, j) ? PairRow.Power<double>(forward - total.Exponent) / total.Mantissa : 0;
            posteriors[j] = fm * (mm * gd + mx * gx + my * gy + numbers.A[3] * over);
            posteriors[m + j] = fx * (xm * gd + xx * gx + xy * gy + numbers.A[7] * over);
            posteriors[2 * m + j] = fy * (ym * gd + yx * gx + yy * gy + numbers.A[11] * over);
            if (numbers.MayStart(i, j)) fm += PairRow.Power<double>(-forward);
            nmm += fm * mm * gd;
            nmx += fm * mx * gx;
            nmy += fm * my * gy;
            nxm += fx * xm * gd;
            nxx += fx * xx * gx;
            nxy += fx * xy * gy;
            nym += fy * ym * gd;
            nyx += fy * yx * gx;
            nyy += fy * yy * gy;
        }

        foreach ((int at, double value) in new[] { nmm, nmx, nmy, nxm, nxx, nxy, nym, nyx, nyy }.Index()) transitions[at] += value;

        static double D(T value) => double.CreateChecked(value);
    }

    private T[] Reverse(T[] forward)
    {
        var reversed = new T[length];
        for (int j = 1; j <= numbers.K; j++) reversed[numbers.K - j] = forward[j];
        return reversed;
    }
}

/// <summary>A sum of numbers of very different sizes: mantissa · 2^exponent.</summary>
internal sealed class ScaledSum
{
    public double Mantissa { get; private set; }

    public int Exponent { get; private set; } = PairRow.Nothing;

    public bool IsZero => Mantissa == 0;

    public double Log => Math.Log(Mantissa) + Exponent * Math.Log(2);

    public void Add(double value, int exponent)
    {
        if (!(value > 0)) return;
        int shift = Math.ILogB(value);
        value = Math.ScaleB(value, -shift);
        exponent += shift;
        if (exponent > Exponent)
        {
            Mantissa = value + (Mantissa == 0 ? 0 : Mantissa * PairRow.Power<double>(Exponent - exponent));
            Exponent = exponent;
        }
        else
        {
            Mantissa += value * PairRow.Power<double>(exponent - Exponent);
        }
    }
}
