using System.Numerics;
using WeightSharing.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>
/// A linear map w = S·θ from free values θ to full weights w in which every full entry is a free value, its negative, or zero. Its adjoint Sᵀ
/// collects gradients, and S(SᵀS)⁻¹Sᵀ projects any weights to the nearest tied ones.
/// </summary>
/// <remarks>
/// Acts on the trailing dimensions of a tensor and repeats over the leading ones: a tying of [9] serves a filter bank [16, 8, 9]. Every free value is
/// used, so S has full column rank and SᵀS is diagonal, the number of uses of each. Locality is a tying too: the entries outside are zero.
/// </remarks>
public sealed partial class Tying
{
    private readonly int[] index;          // full entry → free value, −1 for zero
    private readonly sbyte[]? sign;        // full entry → ±1; null when all are +1
    private readonly int[] uses;           // free value → number of full entries, the diagonal of SᵀS
    private ulong? fingerprint;

    private Tying(string name, in Shape fullShape, int freeCount, int[] index, sbyte[]? sign)
    {
        Name = name;
        FullShape = fullShape;
        FreeCount = freeCount;
        this.index = index;
        this.sign = sign is not null && Array.TrueForAll(sign, s => s == 1) ? null : sign;
        uses = new int[freeCount];
        foreach (int free in index)
        {
            if (free >= 0) uses[free]++;
        }
    }

    /// <summary>The tying's name, for example <c>palindrome</c>.</summary>
    public string Name { get; }

    /// <summary>Shape of the full weights.</summary>
    public Shape FullShape { get; }

    /// <summary>The number of free values.</summary>
    public int FreeCount { get; }

    /// <summary>The number of full entries that are not fixed at zero.</summary>
    public int EntryCount => uses.Sum();

    /// <summary>For every full entry, in row-major order, the free value that it is; −1 for zero.</summary>
    public ReadOnlySpan<int> Indices => index;

    /// <summary>For every full entry its sign, +1 or −1; empty when all are +1.</summary>
    public ReadOnlySpan<sbyte> Signs => sign;

    /// <summary>
    /// A number that is the same for two tyings of equal full shape, indices and signs, and almost surely differs for others: what a file keeps of
    /// a tying, so that a reader can check it.
    /// </summary>
    public ulong Fingerprint => fingerprint ??= Hash();

    /// <summary>
    /// A tying given entry by entry: full entry i is sign[i]·θ[index[i]], or 0 where index[i] is −1.
    /// </summary>
    /// <param name="name">For reports.</param>
    /// <param name="fullShape">Shape of the full weights.</param>
    /// <param name="index">One a full entry, row-major.</param>
    /// <param name="sign">One a full entry, +1 or −1; null is all +1.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, a sign is not ±1, an index is below −1, or a free value is never used.</exception>
    public static Tying Of(string name, Shape fullShape, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (index.Length != fullShape.Count || !sign.IsEmpty && sign.Length != index.Length)
        {
            throw new ArgumentException($"Tying {name}: {index.Length} indices and {sign.Length} signs for full shape {fullShape}, which has {fullShape.Count} entries.");
        }

        int free = 0;
        for (int i = 0; i < index.Length; i++)
        {
            if (index[i] < -1) throw new ArgumentException($"Tying {name}: index {index[i]} of entry {i}; expected −1 (zero) or a free value from 0.");
            if (!sign.IsEmpty && sign[i] is not (1 or -1)) throw new ArgumentException($"Tying {name}: sign {sign[i]} of entry {i}; expected +1 or −1.");
            free = Math.Max(free, index[i] + 1);
        }

        var tying = new Tying(name, fullShape, free, index.ToArray(), sign.IsEmpty ? null : sign.ToArray());
        int unused = Array.IndexOf(tying.uses, 0);
        return unused < 0
            ? tying
            : throw new ArgumentException($"Tying {name}: free value {unused} of {free} is used by no full entry; number the used ones from 0 without gaps.");
    }

    /// <summary>w = S·θ: [.., free] → [.., full]. The trailing dimensions of θ hold <see cref="FreeCount"/> values together. Differentiable.</summary>
    /// <remarks>Leading dimensions are what is left over once the last ones hold the free values: extents of 1 among them stay. Flatten θ to have none.</remarks>
    /// <exception cref="ArgumentException">The trailing dimensions do not hold the free values.</exception>
    public Tensor<T> Expand<T>(Tensor<T> free)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(free);
        Shape lead = free.Shape.Slice(0, Leading(free.Shape));
        return free.Take([lead.Count, FreeCount], lead.Concat(FullShape), 1, index, sign, Name);
    }

    /// <summary>Sᵀ·w: [.., full] → [.., free], the sum over the entries that each free value stands for, with signs. Differentiable.</summary>
    /// <exception cref="ArgumentException">The trailing dimensions are not the full shape.</exception>
    public Tensor<T> Collect<T>(Tensor<T> full)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape lead = LeadingOfFull(full, "Collect");
        return full.TakeAdjoint(lead.Concat(FreeCount), [lead.Count, FreeCount], full.Shape, 1, index, sign, Name);
    }

    /// <summary>(SᵀS)⁻¹Sᵀ·w: the free values whose expansion is nearest to w, the mean over each class of entries. Differentiable.</summary>
    public Tensor<T> Solve<T>(Tensor<T> full)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] inverse = [.. uses.Select(count => T.One / T.CreateChecked(count))];
        return Collect(full) * Tensor.From(inverse);
    }

    /// <summary>S(SᵀS)⁻¹Sᵀ·w: the tied weights nearest to w. Differentiable.</summary>
    public Tensor<T> Project<T>(Tensor<T> full)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Expand(Solve(full));

    /// <summary>‖w − Project(w)‖₂: how far w is from being tied.</summary>
    public double Distance<T>(Tensor<T> full)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using (Autograd.NoGrad.Begin())
        {
            Tensor<T> difference = full - Project(full);
            return Math.Sqrt(double.CreateChecked(Reduction.SumOfSquares(difference.DenseSpan())));
        }
    }

    /// <summary>S, sparse: (full entry, free value, ±1) in the order of the full entries; entries fixed at zero are absent.</summary>
    public IReadOnlyList<(int Full, int Free, int Sign)> Basis() =>
        [.. Enumerable.Range(0, index.Length).Where(i => index[i] >= 0).Select(i => (i, index[i], sign is null ? 1 : (int)sign[i]))];

    /// <summary>This tying after <paramref name="inner"/>: w = S·S′·θ, where the full entries of the inner are the free values of this one.</summary>
    /// <exception cref="ArgumentException">The inner's number of full entries is not this one's number of free values.</exception>
    public Tying Compose(Tying inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner.FullShape.Count != FreeCount)
        {
            throw new ArgumentException($"Compose: {Name} has {FreeCount} free values, {inner.Name} expands to {inner.FullShape} ({inner.FullShape.Count} entries); they must be equal.");
        }

        var composed = new int[index.Length];
        var signs = new sbyte[index.Length];
        for (int i = 0; i < index.Length; i++)
        {
            int between = index[i];
            composed[i] = between < 0 ? -1 : inner.index[between];
            signs[i] = (sbyte)((sign?[i] ?? 1) * (between < 0 ? 1 : inner.sign?[between] ?? 1));
        }

        string name = inner.IsIdentity ? Name : IsIdentity ? inner.Name : $"{inner.Name}, {Name}";
        return Renumbered(name, FullShape, inner.FreeCount, composed, signs);
    }

    /// <summary>The tying repeated independently over leading dimensions: free values [lead.., free], full weights [lead.., full].</summary>
    public Tying Repeated(Shape lead)
    {
        if (lead.Count == 1 && lead.Rank == 0) return this;
        var repeated = new int[lead.Count * index.Length];
        sbyte[]? signs = sign is null ? null : new sbyte[repeated.Length];
        for (int l = 0; l < lead.Count; l++)
        {
            for (int i = 0; i < index.Length; i++) repeated[l * index.Length + i] = index[i] < 0 ? -1 : l * FreeCount + index[i];
            if (signs is not null) sign!.CopyTo(signs, l * index.Length);
        }

        return new Tying(Name, lead.Concat(FullShape), lead.Count * FreeCount, repeated, signs);
    }

    /// <summary>
    /// Measures what a tying must fulfil: ⟨S·θ, w⟩ = ⟨θ, Sᵀ·w⟩, Project twice = once, and Solve after Expand = the free values, on random values in double.
    /// </summary>
    public TyingVerification Verify()
    {
        var key = new RandomKey(1);
        Tensor<double> free = Tensor.Normal<double>(FreeCount, key.Fork("free")), full = Tensor.Normal<double>(FullShape, key.Fork("full"));
        Tensor<double> expanded = Expand(free), projected = Project(full);
        double left = (expanded * full).Sum().Item(), right = (free * Collect(full)).Sum().Item();
        return new TyingVerification(
            Rank: uses.Count(count => count > 0),
            AdjointError: Math.Abs(left - right) / (1 + Math.Abs(right)),
            ProjectionError: LargestDifference(Project(projected), projected),
            RecoveryError: LargestDifference(Solve(expanded), free));
    }

    /// <summary>Name, full shape and counts.</summary>
    public override string ToString() => $"{Name}: {FreeCount} free → {FullShape}";

    internal bool IsIdentity => sign is null && FreeCount == index.Length && !index.Where((free, i) => free != i).Any();

    /// <summary>The number of leading dimensions of a tensor of free values whose trailing ones hold exactly the free values.</summary>
    internal int Leading(in Shape shape)
    {
        int count = 1;
        for (int rank = shape.Rank; rank >= 0; rank--)
        {
            if (count == FreeCount && (rank < shape.Rank || FreeCount == 1 && shape.Rank == 0)) return rank;
            if (rank > 0) count *= shape[rank - 1];
        }

        throw new ArgumentException($"Tying {Name}: the trailing dimensions of shape {shape} do not hold its {FreeCount} free values.");
    }

    // FNV-1a, 64 bits, a word at a time: stable over processes and machines.
    private ulong Hash()
    {
        ulong hash = 14695981039346656037;
        foreach (int extent in FullShape.Span) Mix((uint)extent);
        for (int i = 0; i < index.Length; i++) Mix(((ulong)(uint)index[i] << 1) | (sign is not null && sign[i] < 0 ? 1u : 0u));
        return hash;

        void Mix(ulong word) => hash = (hash ^ word) * 1099511628211;
    }

    private static Tying Renumbered(string name, in Shape fullShape, int free, int[] index, sbyte[]? sign)
    {
        // Free values that nothing uses any more go; the others keep their order.
        var number = new int[free];
        foreach (int old in index)
        {
            if (old >= 0) number[old] = 1;
        }

        int used = 0;
        for (int old = 0; old < free; old++) number[old] = number[old] == 0 ? -1 : used++;
        return new Tying(name, fullShape, used, Array.ConvertAll(index, old => old < 0 ? -1 : number[old]), sign);
    }

    private Shape LeadingOfFull<T>(Tensor<T> full, string operation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(full);
        int lead = full.Rank - FullShape.Rank;
        if (lead < 0 || full.Shape.Slice(lead, full.Rank) != FullShape)
        {
            throw new ArgumentException($"{operation} of tying {Name}: the trailing dimensions of {full.Shape} must be {FullShape}.");
        }

        return full.Shape.Slice(0, lead);
    }

    private static double LargestDifference(Tensor<double> a, Tensor<double> b)
    {
        double largest = 0;
        double[] x = a.ToArray(), y = b.ToArray();
        for (int i = 0; i < x.Length; i++) largest = Math.Max(largest, Math.Abs(x[i] - y[i]));
        return largest;
    }
}

/// <summary>Measured properties of a tying.</summary>
/// <param name="Rank">Number of free values that some entry uses; full column rank when it is the tying's free count.</param>
/// <param name="AdjointError">|⟨S·θ, w⟩ − ⟨θ, Sᵀ·w⟩| / (1 + |⟨θ, Sᵀ·w⟩|).</param>
/// <param name="ProjectionError">max |Project(Project(w)) − Project(w)|.</param>
/// <param name="RecoveryError">max |Solve(Expand(θ)) − θ|.</param>
public sealed record TyingVerification(int Rank, double AdjointError, double ProjectionError, double RecoveryError);
