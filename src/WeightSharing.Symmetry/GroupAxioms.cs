namespace WeightSharing.Symmetry;

/// <summary>The axioms of a group, measured on its products.</summary>
/// <param name="Order">The number of elements.</param>
/// <param name="ClosureFailures">Products that are no element.</param>
/// <param name="IdentityFailures">Elements a for which e·a or a·e is not a.</param>
/// <param name="InverseFailures">Elements a for which a·a⁻¹ or a⁻¹·a is not e.</param>
/// <param name="AssociativityFailures">Pairs (x, y) and generators g for which (x·g)·y is not x·(g·y).</param>
public sealed record GroupAxioms(int Order, long ClosureFailures, int IdentityFailures, int InverseFailures, long AssociativityFailures)
{
    /// <summary>True when every axiom holds.</summary>
    public bool Hold => ClosureFailures == 0 && IdentityFailures == 0 && InverseFailures == 0 && AssociativityFailures == 0;

    /// <summary>Measures all axioms.</summary>
    internal static GroupAxioms Measure(int order, Func<int, int, int> multiply, Func<int, int> inverse, IReadOnlyList<int> generators)
    {
        long open = 0, bent = 0;
        int identity = 0, inverses = 0;
        for (int a = 0; a < order; a++)
        {
            if (multiply(0, a) != a || multiply(a, 0) != a) identity++;
            if (multiply(a, inverse(a)) != 0 || multiply(inverse(a), a) != 0) inverses++;
            for (int b = 0; b < order; b++)
            {
                if ((uint)multiply(a, b) >= (uint)order) open++;
            }
        }

        // Light 1949: when (x·g)·y = x·(g·y) for every generator g and all x, y, the product is associative.
        foreach (int g in generators)
        {
            for (int x = 0; x < order; x++)
            {
                int left = multiply(x, g);
                for (int y = 0; y < order; y++)
                {
                    if (multiply(left, y) != multiply(x, multiply(g, y))) bent++;
                }
            }
        }

        return new GroupAxioms(order, open, identity, inverses, bent);
    }

    /// <summary>Refuses products that break an axiom, with the elements that show it.</summary>
    internal static void Require(string name, int order, Func<int, int, int> multiply)
    {
        for (int a = 0; a < order; a++)
        {
            for (int b = 0; b < order; b++)
            {
                int product = multiply(a, b);
                if ((uint)product >= (uint)order) throw Broken($"{a}·{b} = {product} is no element; there are 0 to {order - 1} (closure)");
            }
        }

        for (int a = 0; a < order; a++)
        {
            if (multiply(0, a) != a) throw Broken($"0·{a} = {multiply(0, a)}, expected {a}; element 0 must be the identity");
            if (multiply(a, 0) != a) throw Broken($"{a}·0 = {multiply(a, 0)}, expected {a}; element 0 must be the identity");
            if (!Enumerable.Range(0, order).Any(b => multiply(a, b) == 0 && multiply(b, a) == 0)) throw Broken($"{a} has no inverse");
        }

        for (int x = 0; x < order; x++)
        {
            for (int g = 0; g < order; g++)
            {
                int left = multiply(x, g);
                for (int y = 0; y < order; y++)
                {
                    if (multiply(left, y) != multiply(x, multiply(g, y))) throw Broken($"({x}·{g})·{y} = {multiply(left, y)} but {x}·({g}·{y}) = {multiply(x, multiply(g, y))} (associativity)");
                }
            }
        }

        ArgumentException Broken(string what) => new($"FiniteGroup {name}: {what}.");
    }
}
