using WeightSharing.Sharing;

namespace WeightSharing.Markov;

/// <summary>The tyings of a pair HMM: with them insertions in x and in y are one thing; without, two.</summary>
public static class PairTying
{
    /// <summary>
    /// Transitions [3, 4] from M, X, Y to M, X, Y and the end. One value for all ends; tied: opening and extending a gap cost the same in x and y.
    /// </summary>
    /// <param name="tied">Ties X and Y.</param>
    /// <param name="gapToGap">Allows a gap in y right after one in x, and the reverse; otherwise structural zeros (Durbin).</param>
    public static Tying Transitions(bool tied, bool gapToGap = false) => tied
        ? Tying.Of(gapToGap ? "X = Y, gap to gap" : "X = Y", [3, 4], gapToGap ? [0, 1, 1, 2, 3, 4, 5, 2, 3, 5, 4, 2] : [0, 1, 1, 2, 3, 4, -1, 2, 3, -1, 4, 2])
        : Tying.Of(
            gapToGap ? "one end, gap to gap" : "one end", [3, 4], gapToGap ? [0, 1, 2, 3, 4, 5, 8, 3, 6, 9, 7, 3] : [0, 1, 2, 3, 4, 5, -1, 3, 6, -1, 7, 3]);

    /// <summary>Matches [V, V] with p(a, b) = p(b, a).</summary>
    public static Tying SymmetricMatches(int symbols)
    {
        var index = new int[symbols * symbols];
        int next = 0;
        for (int a = 0; a < symbols; a++)
        {
            for (int b = a; b < symbols; b++) index[a * symbols + b] = index[b * symbols + a] = next++;
        }

        return Tying.Of("symmetric", [symbols, symbols], index);
    }

    /// <summary>Insertions [2, V] with one distribution for x and y.</summary>
    public static Tying SharedInsertions(int symbols) => StateTying.Shared(2, symbols);
}
