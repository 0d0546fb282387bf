using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>A permutation of entries that may also turn their signs: y[target[i]] = sign[i]·x[i]. What an element of a group does to a tensor.</summary>
public sealed class SignedPermutation : IEquatable<SignedPermutation>
{
    private readonly int[] targets;
    private readonly sbyte[]? signs;        // null when all are +1
    private Tying? tying;

    private SignedPermutation(int[] targets, sbyte[]? signs)
    {
        this.targets = targets;
        this.signs = signs is not null && Array.TrueForAll(signs, sign => sign == 1) ? null : signs;
    }

    /// <summary>The number of entries.</summary>
    public int Count => targets.Length;

    /// <summary>Where each entry goes.</summary>
    public ReadOnlySpan<int> Targets => targets;

    /// <summary>The sign with which each entry arrives, +1 or −1; empty when all are +1.</summary>
    public ReadOnlySpan<sbyte> Signs => signs;

    /// <summary>True when nothing moves and no sign turns.</summary>
    public bool IsIdentity => signs is null && !targets.Where((target, i) => target != i).Any();

    /// <summary>A signed permutation given entry by entry.</summary>
    /// <param name="targets">Where entry i goes; each place once.</param>
    /// <param name="signs">One an entry, +1 or −1; empty is all +1.</param>
    /// <exception cref="ArgumentException">Not a permutation, a sign is not ±1, or the lengths differ.</exception>
    public static SignedPermutation Of(ReadOnlySpan<int> targets, ReadOnlySpan<sbyte> signs = default)
    {
        if (!signs.IsEmpty && signs.Length != targets.Length)
        {
            throw new ArgumentException($"SignedPermutation: {targets.Length} targets and {signs.Length} signs; expected as many, or no signs.", nameof(signs));
        }

        var taken = new bool[targets.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            if ((uint)targets[i] >= (uint)taken.Length || taken[targets[i]])
            {
                throw new ArgumentException(
                    $"SignedPermutation: entry {i} goes to {targets[i]}, which is {((uint)targets[i] < (uint)taken.Length ? "taken already" : $"outside 0 to {taken.Length - 1}")}; each place must be taken once.",
                    nameof(targets));
            }

            taken[targets[i]] = true;
            if (!signs.IsEmpty && signs[i] is not (1 or -1)) throw new ArgumentException($"SignedPermutation: sign {signs[i]} of entry {i}; expected +1 or −1.", nameof(signs));
        }

        return new SignedPermutation(targets.ToArray(), signs.IsEmpty ? null : signs.ToArray());
    }

    /// <summary>Nothing moves.</summary>
    public static SignedPermutation Identity(int count) => new([.. Enumerable.Range(0, count)], null);

    /// <summary>This after <paramref name="first"/>.</summary>
    /// <exception cref="ArgumentException">The numbers of entries differ.</exception>
    public SignedPermutation After(SignedPermutation first)
    {
        ArgumentNullException.ThrowIfNull(first);
        if (first.Count != Count) throw new ArgumentException($"After: permutations of {Count} and of {first.Count} entries; they must be of as many.", nameof(first));
        var joined = new int[Count];
        sbyte[]? joinedSigns = signs is null && first.signs is null ? null : new sbyte[Count];
        for (int i = 0; i < joined.Length; i++)
        {
            int between = first.targets[i];
            joined[i] = targets[between];
            if (joinedSigns is not null) joinedSigns[i] = (sbyte)((first.signs?[i] ?? 1) * (signs?[between] ?? 1));
        }

        return new SignedPermutation(joined, joinedSigns);
    }

    /// <summary>What undoes this.</summary>
    public SignedPermutation Inverse()
    {
        var back = new int[Count];
        sbyte[]? backSigns = signs is null ? null : new sbyte[Count];
        for (int i = 0; i < back.Length; i++)
        {
            back[targets[i]] = i;
            if (backSigns is not null) backSigns[targets[i]] = signs![i];
        }

        return new SignedPermutation(back, backSigns);
    }

    /// <summary>The permuted entries: the trailing dimensions of x hold <see cref="Count"/> entries together, and stay as they are. Differentiable.</summary>
    /// <exception cref="ArgumentException">The trailing dimensions do not hold the entries.</exception>
    public Tensor<T> Apply<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        // y[i] = ±x[source[i]] is a tying whose free values are all used once.
        tying ??= SourceTying();
        return tying.Expand(x).Reshape(x.Shape);
    }

    /// <summary>Same targets and same signs.</summary>
    public bool Equals(SignedPermutation? other) =>
        other is not null && Targets.SequenceEqual(other.Targets) && Signs.SequenceEqual(other.Signs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SignedPermutation);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int target in targets) hash.Add(target);
        return hash.ToHashCode();
    }

    /// <summary>In cycles, −i for an entry that arrives with its sign turned: <c>(0 1 2)</c>; <c>()</c> is the identity.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder();
        var seen = new bool[Count];
        for (int start = 0; start < seen.Length; start++)
        {
            if (seen[start] || targets[start] == start && (signs?[start] ?? 1) == 1) continue;
            var cycle = new List<string>();
            for (int i = start; !seen[i]; i = targets[i])
            {
                seen[i] = true;
                cycle.Add((signs?[i] ?? 1) < 0 ? $"−{i}" : $"{i}");
            }

            text.Append('(').AppendJoin(' ', cycle).Append(')');
        }

        return text.Length == 0 ? "()" : text.ToString();
    }

    private Tying SourceTying()
    {
        SignedPermutation inverse = Inverse();
        return Tying.Of("permuted", Count, inverse.targets, inverse.signs);
    }
}
