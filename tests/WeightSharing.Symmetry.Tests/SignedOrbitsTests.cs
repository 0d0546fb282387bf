using CsCheck;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;

namespace WeightSharing.Tests;

public sealed class SignedOrbitsTests
{
    // The reference spreads signs along the joins, breadth first.
    [Fact]
    public void Agrees_with_a_search_along_the_joins() => Gen.Select(Gen.Int[0, 11], Gen.Int[0, 11], Gen.Bool).Array[0, 18].Sample(joins =>
    {
        var orbits = new SignedOrbits(12);
        foreach ((int a, int b, bool negated) in joins) orbits.Join(a, b, negated);
        int[] index = new int[12], sign = new int[12];
        Array.Fill(index, -2);
        int next = 0;
        for (int start = 0; start < 12; start++)
        {
            if (index[start] != -2) continue;
            var members = new Dictionary<int, int> { [start] = 1 };
            bool contradicts = false, grew = true;
            while (grew)
            {
                grew = false;
                foreach ((int a, int b, bool negated) in joins)
                {
                    foreach ((int from, int to) in new[] { (a, b), (b, a) })
                    {
                        if (!members.TryGetValue(from, out int known)) continue;
                        int expected = negated ? -known : known;
                        if (members.TryAdd(to, expected)) grew = true;
                        else contradicts |= members[to] != expected;
                    }
                }
            }

            foreach ((int member, int s) in members) (index[member], sign[member]) = (contradicts ? -1 : next, contradicts ? 1 : s);
            if (!contradicts) next++;
        }

        Tying tying = orbits.ToTying("orbits", 12);
        Assert.Equal(next, tying.FreeCount);
        Assert.Equal(index, tying.Indices.ToArray());
        Assert.Equal(sign, tying.Signs.IsEmpty ? Enumerable.Repeat(1, 12) : tying.Signs.ToArray().Select(s => (int)s));
    });
}
