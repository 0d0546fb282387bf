using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// Entries that are equal up to sign, gathered by joining pairs: disjoint sets with a sign on every link. A set that is found equal to its own negative is zero.
/// </summary>
/// <remarks>Tarjan 1975, path halving; the parity along a path says how an entry's sign differs from its root's.</remarks>
internal sealed class SignedOrbits
{
    /// <summary>Most entries: a link is an entry and a sign in one number.</summary>
    public const int MaximumCount = 1 << 30;

    private readonly int[] links;          // entry → parent · 2 + (1 where the sign differs from the parent's); roots link to themselves
    private readonly bool[] vanishes;      // of roots: equal to its own negative

    /// <summary>Every entry alone.</summary>
    public SignedOrbits(int count)
    {
        (links, vanishes) = (new int[count], new bool[count]);
        for (int i = 0; i < count; i++) links[i] = i << 1;
    }

    /// <summary>Entry a is entry b, or its negative. The root is the set's first entry, which counts as +1.</summary>
    public void Join(int a, int b, bool negated)
    {
        int left = Find(a), right = Find(b), differs = (left ^ right ^ (negated ? 1 : 0)) & 1;
        (left, right) = (left >> 1, right >> 1);
        if (left == right)
        {
            if (differs != 0) vanishes[left] = true;
            return;
        }

        if (left > right) (left, right) = (right, left);
        links[right] = left << 1 | differs;
        vanishes[left] |= vanishes[right];
    }

    /// <summary>The sets as a tying: one free value for each that does not vanish, numbered by first entries.</summary>
    public Tying ToTying(string name, Shape fullShape)
    {
        var index = new int[links.Length];
        sbyte[]? signs = null;
        int next = 0;
        for (int i = 0; i < index.Length; i++)
        {
            int found = Find(i), root = found >> 1;
            index[i] = vanishes[root] ? -1 : root == i ? next++ : index[root];
            if ((found & 1) == 0 || vanishes[root]) continue;
            if (signs is null)
            {
                signs = new sbyte[index.Length];
                Array.Fill(signs, (sbyte)1);
            }

            signs[i] = -1;
        }

        return Tying.Of(name, fullShape, index, signs);
    }

    // The root · 2 + parity of the whole path. Every other link is led to its grandparent on the way.
    private int Find(int entry)
    {
        int parity = 0;
        while (true)
        {
            int up = links[entry], parent = up >> 1;
            if (parent == entry) return entry << 1 | parity;
            int shorter = links[parent] ^ (up & 1);
            links[entry] = shorter;
            parity ^= shorter & 1;
            entry = shorter >> 1;
        }
    }
}
