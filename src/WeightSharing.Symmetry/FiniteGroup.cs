namespace WeightSharing.Symmetry;

/// <summary>
/// A finite group as data: permutations of points that generate it. Its elements are numbered from 0, the identity, and listed only when they are asked
/// for, so that even the symmetric group of a thousand points can tie weights, which takes its generators alone.
/// </summary>
/// <remarks>A product a·b does b first, as functions do.</remarks>
public sealed partial class FiniteGroup
{
    /// <summary>Elements times points beyond which a group is not listed.</summary>
    public const int ListingLimit = 1 << 24;

    private const int TableLimit = 1024;

    private readonly int[][] generators;
    private readonly Func<IEnumerable<int[]>>? listing;
    private readonly Func<int, string>? naming;
    private readonly Lazy<Elements> elements;

    private FiniteGroup(string name, int points, int[][] generators, Func<IEnumerable<int[]>>? listing = null, Func<int, string>? naming = null)
    {
        (Name, Points, this.generators, this.listing, this.naming) = (name, points, generators, listing, naming);
        elements = new Lazy<Elements>(() => new Elements(this));
    }

    /// <summary>The name, for example <c>C4</c>.</summary>
    public string Name { get; }

    /// <summary>The number of points that the elements permute.</summary>
    public int Points { get; }

    /// <summary>Permutations that generate the group: point i goes to [i].</summary>
    public IReadOnlyList<IReadOnlyList<int>> Generators => generators;

    /// <summary>The number of elements.</summary>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public int Order => elements.Value.Permutations.Count;

    /// <summary>The group that permutations of points generate.</summary>
    /// <param name="name">For reports.</param>
    /// <param name="generators">At least one; point i goes to [i].</param>
    /// <exception cref="ArgumentException">None, one is not a permutation, or they are of different numbers of points.</exception>
    public static FiniteGroup Generated(string name, params ReadOnlySpan<int[]> generators)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (generators.IsEmpty) throw new ArgumentException($"FiniteGroup {name}: no generators; the trivial group has the identity.", nameof(generators));
        int points = generators[0].Length;
        foreach (int[] generator in generators)
        {
            if (generator.Length != points)
            {
                throw new ArgumentException($"FiniteGroup {name}: generators of {points} and of {generator.Length} points; all must permute the same.", nameof(generators));
            }

            SignedPermutation.Of(generator);
        }

        return new FiniteGroup(name, points, [.. generators.ToArray().Select(generator => (int[])generator.Clone())]);
    }

    /// <summary>The group that a table of products describes: [a, b] is a·b, element 0 the identity. The axioms are checked.</summary>
    /// <param name="name">For reports.</param>
    /// <param name="products">A square table of element numbers.</param>
    /// <exception cref="ArgumentException">An axiom fails; the message names the elements.</exception>
    public static FiniteGroup FromTable(string name, int[,] products)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(products);
        int order = products.GetLength(0);
        if (order == 0 || products.GetLength(1) != order)
        {
            throw new ArgumentException($"FiniteGroup {name}: a table of {order}×{products.GetLength(1)} products; it must be square and not empty.", nameof(products));
        }

        GroupAxioms.Require(name, order, (a, b) => products[a, b]);
        // Cayley: each element is the permutation of the elements that multiplying by it from the left is.
        int[][] regular = [.. Enumerable.Range(0, order).Select(a => Enumerable.Range(0, order).Select(b => products[a, b]).ToArray())];
        var generators = new List<int[]>();
        var reached = new HashSet<int> { 0 };
        for (int a = 1; a < order; a++)
        {
            if (reached.Contains(a)) continue;
            generators.Add(regular[a]);
            Close(reached, generators);
        }

        return new FiniteGroup(name, order, generators.Count == 0 ? [[0]] : [.. generators], () => regular);
    }

    /// <summary>a·b: b first, then a.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public int Multiply(int a, int b) => elements.Value.Multiply(Checked(a), Checked(b));

    /// <summary>The element that undoes another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public int Inverse(int element) => elements.Value.Inverse(Checked(element));

    /// <summary>What an element does to the points: point i goes to [i].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public IReadOnlyList<int> PermutationOf(int element) => elements.Value.Permutations[Checked(element)];

    /// <summary>The element that permutes the points so; −1 when none does.</summary>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public int IndexOf(IReadOnlyList<int> permutation) => elements.Value.IndexOf([.. permutation]);

    /// <summary>The element in words: its place in the group's own numbering, or its cycles.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public string NameOf(int element) => naming?.Invoke(Checked(element)) ?? SignedPermutation.Of(elements.Value.Permutations[Checked(element)]).ToString();

    /// <summary>
    /// Measures the axioms on the listed elements: closure, identity and inverses of every one, and associativity by Light's test, which multiplies every
    /// pair around every generator and so proves it for all triples.
    /// </summary>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public GroupAxioms Verify() => GroupAxioms.Measure(
        Order, elements.Value.Multiply, elements.Value.Inverse, [.. generators.Select(generator => elements.Value.IndexOf(generator))]);

    /// <summary>Name, and the order where it is known.</summary>
    public override string ToString() => elements.IsValueCreated ? $"{Name}, {Order} elements" : Name;

    /// <summary>The last step of the way to an element from the identity: element = generator · parent.</summary>
    internal (int Generator, int Parent) Step(int element) => elements.Value.Steps[element];

    /// <summary>True when the other has the same points and generators: their actions fit together.</summary>
    internal bool IsSameAs(FiniteGroup other) => ReferenceEquals(this, other) || Points == other.Points && generators.Length == other.generators.Length
        && generators.Zip(other.generators).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private int Checked(int element) => (uint)element < (uint)Order
        ? element
        : throw new ArgumentOutOfRangeException(nameof(element), $"FiniteGroup {Name}: element {element}; there are 0 to {Order - 1}.");

    // Left multiplication by the generators, until nothing new comes; elements are their images of the identity, point 0 of the regular permutations.
    private static void Close(HashSet<int> reached, List<int[]> generators)
    {
        var waiting = new Queue<int>(reached);
        while (waiting.TryDequeue(out int element))
        {
            foreach (int[] generator in generators)
            {
                if (reached.Add(generator[element])) waiting.Enqueue(generator[element]);
            }
        }
    }

    /// <summary>The elements of a group: what needs all of them.</summary>
    private sealed class Elements
    {
        private readonly Dictionary<int[], int> numbers = new(new PermutationComparer());
        private readonly int[]? table;
        private readonly int[] inverses;

        public Elements(FiniteGroup group)
        {
            if (group.listing is not null)
            {
                foreach (int[] permutation in group.listing()) Add(group, permutation);
            }
            else
            {
                Add(group, [.. Enumerable.Range(0, group.Points)]);
            }

            Steps = [(-1, 0), .. Enumerable.Repeat((-1, -1), Permutations.Count - 1)];
            var waiting = new Queue<int>([0]);
            int reached = 1;
            while (waiting.TryDequeue(out int element))
            {
                for (int g = 0; g < group.generators.Length; g++)
                {
                    int[] product = After(group.generators[g], Permutations[element]);
                    if (!numbers.TryGetValue(product, out int number))
                    {
                        if (group.listing is not null) throw new InvalidOperationException($"FiniteGroup {group.Name}: its listing lacks an element that the generators reach.");
                        number = Add(group, product);
                        Steps.Add((-1, -1));
                    }

                    if (number == 0 || Steps[number].Parent >= 0) continue;
                    Steps[number] = (g, element);
                    reached++;
                    waiting.Enqueue(number);
                }
            }

            if (reached != Permutations.Count) throw new InvalidOperationException($"FiniteGroup {group.Name}: its generators reach {reached} of {Permutations.Count} listed elements.");
            inverses = [.. Permutations.Select(permutation => numbers[[.. SignedPermutation.Of(permutation).Inverse().Targets]])];
            int order = Permutations.Count;
            if (order > TableLimit) return;
            table = new int[order * order];
            for (int i = 0; i < table.Length; i++) table[i] = numbers[After(Permutations[i / order], Permutations[i % order])];
        }

        public List<int[]> Permutations { get; } = [];

        public List<(int Generator, int Parent)> Steps { get; }

        public int IndexOf(int[] permutation) => numbers.GetValueOrDefault(permutation, -1);

        public int Multiply(int a, int b) => table is not null ? table[a * Permutations.Count + b] : IndexOf(After(Permutations[a], Permutations[b]));

        public int Inverse(int element) => inverses[element];

        private int Add(FiniteGroup group, int[] permutation)
        {
            if ((long)(Permutations.Count + 1) * group.Points > ListingLimit)
            {
                throw new InvalidOperationException(
                    $"FiniteGroup {group.Name}: it has more than {Permutations.Count} elements of {group.Points} points each, too many to list; what needs its generators alone, such as Symmetries.Tying, works.");
            }

            numbers.Add(permutation, Permutations.Count);
            Permutations.Add(permutation);
            return Permutations.Count - 1;
        }

        private static int[] After(int[] then, int[] first)
        {
            var product = new int[first.Length];
            for (int i = 0; i < product.Length; i++) product[i] = then[first[i]];
            return product;
        }
    }

    private sealed class PermutationComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] permutation)
        {
            var hash = new HashCode();
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(permutation));
            return hash.ToHashCode();
        }
    }
}
