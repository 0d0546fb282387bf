using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Which dimensions of a shape a reduction takes together, checked; everything else about a reduction's shapes follows.</summary>
internal readonly struct ReducedDimensions
{
    private readonly Shape shape;
    private readonly uint mask;

    /// <param name="shape">Of what is reduced.</param>
    /// <param name="dimensions">Which dimensions, in any order; none stands for all. A scalar may be reduced over its dimension 0, as if it were a vector of one.</param>
    /// <param name="operation">Name of the caller, for messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
    public ReducedDimensions(in Shape shape, ReadOnlySpan<int> dimensions, string operation)
    {
        this.shape = shape;
        if (dimensions.IsEmpty) mask = (1u << shape.Rank) - 1;
        foreach (int dimension in dimensions)
        {
            if (shape.Rank == 0 && dimension is 0 or -1) continue;
            uint bit = 1u << shape.Normalize(dimension, operation);
            if ((mask & bit) != 0) throw new ArgumentException($"{operation}: dimension {dimension} occurs twice in [{string.Join(", ", dimensions.ToArray())}].");
            mask |= bit;
        }
    }

    /// <summary>True when no dimension is left.</summary>
    public bool AreAll => mask == (1u << shape.Rank) - 1;

    /// <summary>The first reduced dimension; meaningless if there is none.</summary>
    public int First => BitOperations.TrailingZeroCount(mask);

    /// <summary>One past the last reduced dimension.</summary>
    public int End => 32 - BitOperations.LeadingZeroCount(mask);

    /// <summary>True when the reduced dimensions stand side by side.</summary>
    public bool AreAdjacent => mask == 0 || mask >> First == (1u << (End - First)) - 1;

    /// <summary>The number of elements that each result comes from.</summary>
    public int Count => Product(taken: true);

    /// <summary>The number of results.</summary>
    public int Results => Product(taken: false);

    /// <summary>The result's shape with extents of 1 where dimensions were reduced.</summary>
    public Shape Kept
    {
        get
        {
            Span<int> extents = stackalloc int[Shape.MaximumRank];
            for (int i = 0; i < shape.Rank; i++) extents[i] = Holds(i) ? 1 : shape[i];
            return new Shape(extents[..shape.Rank]);
        }
    }

    /// <summary>The result's shape without the reduced dimensions.</summary>
    public Shape Squeezed
    {
        get
        {
            Span<int> extents = stackalloc int[Shape.MaximumRank];
            int kept = 0;
            for (int i = 0; i < shape.Rank; i++)
            {
                if (!Holds(i)) extents[kept++] = shape[i];
            }

            return new Shape(extents[..kept]);
        }
    }

    /// <summary>Writes the permutation that brings the reduced dimensions behind the others, each in their order; returns its length, the rank.</summary>
    public int WriteOrder(Span<int> order)
    {
        int next = 0;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (!Holds(i)) order[next++] = i;
        }

        for (int i = 0; i < shape.Rank; i++)
        {
            if (Holds(i)) order[next++] = i;
        }

        return next;
    }

    private bool Holds(int dimension) => (mask >> dimension & 1) != 0;

    private int Product(bool taken)
    {
        int product = 1;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (Holds(i) == taken) product *= shape[i];
        }

        return product;
    }
}
