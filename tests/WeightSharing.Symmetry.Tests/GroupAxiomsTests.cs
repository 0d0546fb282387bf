using WeightSharing.Symmetry;

namespace WeightSharing.Tests;

public sealed class GroupAxiomsTests
{
    // Subtraction modulo 3: closed, with inverses, but 0 is no identity from the left and nothing is associative.
    [Fact]
    public void Measures_what_is_broken()
    {
        GroupAxioms axioms = GroupAxioms.Measure(3, (a, b) => (a - b + 3) % 3, a => a, [1]);
        Assert.False(axioms.Hold);
        Assert.Equal((0L, 2, 0), (axioms.ClosureFailures, axioms.IdentityFailures, axioms.InverseFailures));
        Assert.Equal(6, axioms.AssociativityFailures);
        Assert.Equal(3, GroupAxioms.Measure(3, (a, b) => a + b, a => (3 - a) % 3, [1]).ClosureFailures);
    }

    [Fact]
    public void Refuses_a_table_with_the_elements_that_show_it()
    {
        Assert.Contains("1·1 = 7 is no element", Message(new[,] { { 0, 1 }, { 1, 7 } }), StringComparison.Ordinal);
        Assert.Contains("0·0 = 1, expected 0; element 0 must be the identity", Message(new[,] { { 1, 0 }, { 0, 1 } }), StringComparison.Ordinal);
        Assert.Contains("1 has no inverse", Message(new[,] { { 0, 1 }, { 1, 1 } }), StringComparison.Ordinal);
        // A loop of order five: a Latin square with identity and two-sided inverses that is not associative.
        Assert.Contains("(associativity)", Message(new[,]
        {
            { 0, 1, 2, 3, 4 }, { 1, 0, 3, 4, 2 }, { 2, 4, 0, 1, 3 }, { 3, 2, 4, 0, 1 }, { 4, 3, 1, 2, 0 },
        }), StringComparison.Ordinal);
    }

    private static string Message(int[,] table) => Assert.Throws<ArgumentException>(() => FiniteGroup.FromTable("x", table)).Message;
}
