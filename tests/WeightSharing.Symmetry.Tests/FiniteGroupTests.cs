using WeightSharing.Symmetry;

namespace WeightSharing.Tests;

public sealed class FiniteGroupTests
{
    public static TheoryData<string, int> Groups => new()
    {
        { "C1", 1 }, { "C7", 7 }, { "D1", 2 }, { "D2", 4 }, { "D4", 8 }, { "D5", 10 }, { "S1", 1 }, { "S2", 2 }, { "S3", 6 }, { "S5", 120 }, { "C3×C4", 12 }, { "C2×C3×C2", 12 },
        { "S3×C2", 12 }, { "quaternions", 8 }, { "A4", 12 },
    };

    private static FiniteGroup Named(string name) => name switch
    {
        "C1" => FiniteGroup.Trivial,
        "C3×C4" => FiniteGroup.Torus(3, 4),
        "C2×C3×C2" => FiniteGroup.Torus(2, 3, 2),
        "S3×C2" => FiniteGroup.Product(FiniteGroup.Symmetric(3), FiniteGroup.Cyclic(2)),
        "A4" => FiniteGroup.Generated("A4", [1, 2, 0, 3], [0, 2, 3, 1]),
        // i and j as permutations of the eight quaternions.
        "quaternions" => FiniteGroup.Generated("quaternions", [1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]),
        _ when name[0] == 'C' => FiniteGroup.Cyclic(name[1] - '0'),
        _ when name[0] == 'D' => FiniteGroup.Dihedral(name[1] - '0'),
        _ => FiniteGroup.Symmetric(name[1] - '0'),
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_axioms_hold(string name, int order)
    {
        FiniteGroup group = Named(name);
        GroupAxioms axioms = group.Verify();
        Assert.Equal(order, group.Order);
        Assert.Equal(new GroupAxioms(order, 0, 0, 0, 0), axioms);
        Assert.True(axioms.Hold);
        Assert.Equal(name, group.Name);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Products_are_permutations_after_permutations(string name, int order)
    {
        FiniteGroup group = Named(name);
        for (int a = 0; a < order; a++)
        {
            for (int b = 0; b < order; b++)
            {
                int[] joined = [.. group.PermutationOf(b).Select(point => group.PermutationOf(a)[point])];
                Assert.Equal(group.IndexOf(joined), group.Multiply(a, b));
            }
        }
    }

    [Fact]
    public void Elements_are_numbered_as_documented()
    {
        FiniteGroup square = FiniteGroup.Dihedral(4), torus = FiniteGroup.Torus(3, 4);
        Assert.Equal(5, FiniteGroup.Cyclic(7).Multiply(6, 6));
        // Mirror (4) first, then two turns (2): element 1·4 + 2. The other way round the turns are undone.
        Assert.Equal(6, square.Multiply(2, 4));
        Assert.Equal(7, square.Multiply(4, 1));
        Assert.Equal(5, square.Inverse(5));
        Assert.Equal(3, square.Inverse(1));
        Assert.Equal(1 * 4 + 2, torus.Multiply(2 * 4 + 3, 2 * 4 + 3));
        Assert.Equal("(0 1 2)", FiniteGroup.Symmetric(3).NameOf(3));
        Assert.Equal("mirrored, turned 3/4", square.NameOf(7));
        Assert.Equal("(2, 3)", torus.NameOf(11));
    }

    [Fact]
    public void Different_groups_of_one_order_differ()
    {
        // Elements of order two tell the three groups of order eight here apart.
        static int Involutions(FiniteGroup group) => Enumerable.Range(1, group.Order - 1).Count(element => group.Multiply(element, element) == 0);
        Assert.Equal([1, 5, 1], new[] { FiniteGroup.Cyclic(8), FiniteGroup.Dihedral(4), Named("quaternions") }.Select(Involutions));
        static bool Commutes(FiniteGroup group) => Enumerable.Range(0, group.Order * group.Order)
            .All(pair => group.Multiply(pair / group.Order, pair % group.Order) == group.Multiply(pair % group.Order, pair / group.Order));
        Assert.Equal([true, false, false], new[] { FiniteGroup.Cyclic(8), FiniteGroup.Dihedral(4), Named("quaternions") }.Select(Commutes));
    }

    [Fact]
    public void A_table_of_products_becomes_the_same_group()
    {
        FiniteGroup source = FiniteGroup.Dihedral(3);
        var table = new int[6, 6];
        for (int a = 0; a < 6; a++)
            for (int b = 0; b < 6; b++) table[a, b] = source.Multiply(a, b);
        FiniteGroup copy = FiniteGroup.FromTable("copy", table);
        for (int a = 0; a < 6; a++)
            for (int b = 0; b < 6; b++) Assert.Equal(table[a, b], copy.Multiply(a, b));
        Assert.True(copy.Verify().Hold);
        Assert.Equal(1, FiniteGroup.FromTable("one", new[,] { { 0 } }).Order);
    }

    [Fact]
    public void A_group_too_large_to_list_says_so_and_still_has_generators()
    {
        FiniteGroup large = FiniteGroup.Symmetric(300);
        Assert.Equal(2, large.Generators.Count);
        Assert.Contains("too many to list", Assert.Throws<InvalidOperationException>(() => FiniteGroup.Generated("large", [.. large.Generators.Select(g => g.ToArray())]).Order).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_what_is_no_group()
    {
        Assert.Contains("no generators", Assert.Throws<ArgumentException>(() => FiniteGroup.Generated("x")).Message, StringComparison.Ordinal);
        Assert.Contains("generators of 2 and of 3 points", Assert.Throws<ArgumentException>(() => FiniteGroup.Generated("x", [0, 1], [0, 1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("taken already", Assert.Throws<ArgumentException>(() => FiniteGroup.Generated("x", [0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("must be square", Assert.Throws<ArgumentException>(() => FiniteGroup.FromTable("x", new int[2, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("element 4; there are 0 to 3", Assert.Throws<ArgumentOutOfRangeException>(() => FiniteGroup.Cyclic(4).Multiply(0, 4)).Message, StringComparison.Ordinal);
    }
}
