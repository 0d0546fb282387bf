using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace WeightSharing.Tensors;

/// <summary>
/// The extents of a tensor, outermost first: an inline value without an array behind it. At most <see cref="MaximumRank"/> dimensions.
/// </summary>
/// <remarks>Written as a collection, <c>Shape s = [32, 3, 28, 28];</c>, or converted from a single extent. The empty shape <c>[]</c> is a scalar.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Of))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest number of dimensions.</summary>
    public const int MaximumRank = 8;

    private readonly Extents extents;

    [InlineArray(MaximumRank)]
    [SuppressMessage("Style", "IDE0044", Justification = "The element of an inline array cannot be readonly.")]
    private struct Extents
    {
        private int first;
    }

    /// <summary>A shape with these extents.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaximumRank"/> dimensions, a negative extent, or more than 2³¹−1 elements.</exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaximumRank)
        {
            throw new ArgumentException($"Shape: {extents.Length} dimensions; at most {MaximumRank} are supported.", nameof(extents));
        }

        // An extent of 0 empties the tensor, however large the others are.
        bool empty = false;
        foreach (int extent in extents) empty |= extent == 0;
        long count = empty ? 0 : 1;
        for (int i = 0; i < extents.Length; i++)
        {
            int extent = extents[i];
            if (extent < 0) throw new ArgumentException($"Shape: extent {extent} of dimension {i} is negative.", nameof(extents));
            count *= extent;
            if (count > int.MaxValue)
            {
                throw new ArgumentException(
                    $"Shape: [{string.Join(", ", extents.ToArray())}] has more than {int.MaxValue} elements, the largest tensor.", nameof(extents));
            }

            this.extents[i] = extent;
        }

        Rank = extents.Length;
        Count = (int)count;
    }

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank { get; }

    /// <summary>The number of elements; 1 for a scalar.</summary>
    /// <remarks>The default value of the struct stands for a scalar too.</remarks>
    public int Count => Rank == 0 ? 1 : field;

    /// <summary>The extent of dimension <paramref name="dimension"/>; −1 is the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public int this[int dimension] => extents[Normalize(dimension, "Shape")];

    /// <summary>The extent of a dimension, also counted from the end: <c>shape[^1]</c> is the last.</summary>
    public int this[Index dimension] => this[dimension.IsFromEnd && dimension.Value > 0 ? -dimension.Value : dimension.GetOffset(Rank)];

    /// <summary>The extents as a span.</summary>
    [UnscopedRef]
    public ReadOnlySpan<int> Span => ((ReadOnlySpan<int>)extents)[..Rank];

    /// <summary>A shape with these extents; what <c>[2, 3]</c> calls.</summary>
    public static Shape Of(ReadOnlySpan<int> extents) => new(extents);

    /// <summary>A vector of this length.</summary>
    public static implicit operator Shape(int length) => new(length);

    /// <summary>The extents as an array of their own.</summary>
    public int[] ToArray() => Span.ToArray();

    /// <summary>What a collection expression needs to enumerate a shape.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => ((ReadOnlySpan<int>)ToArray()).GetEnumerator();

    /// <summary>The dimension counted from the front, for one that may be counted from the end (−1 is the last).</summary>
    /// <param name="dimension">From −rank to rank − 1.</param>
    /// <param name="operation">Name of the caller, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public int Normalize(int dimension, string operation)
    {
        int positive = dimension < 0 ? dimension + Rank : dimension;
        if ((uint)positive < (uint)Rank) return positive;
        throw new ArgumentOutOfRangeException(nameof(dimension), Rank == 0
            ? $"{operation}: dimension {dimension} of a scalar; a scalar has no dimensions."
            : $"{operation}: dimension {dimension} does not exist in shape {this}; expected {-Rank} to {Rank - 1}.");
    }

    /// <summary>The shape without dimension <paramref name="dimension"/>.</summary>
    public Shape Without(int dimension)
    {
        int at = Normalize(dimension, nameof(Without));
        return new Shape([.. Span[..at], .. Span[(at + 1)..]]);
    }

    /// <summary>The shape with one dimension's extent replaced.</summary>
    public Shape With(int dimension, int extent)
    {
        Span<int> copy = stackalloc int[MaximumRank];
        Span.CopyTo(copy);
        copy[Normalize(dimension, nameof(With))] = extent;
        return new Shape(copy[..Rank]);
    }

    /// <summary>The shape with a dimension put in before position <paramref name="position"/>.</summary>
    public Shape Insert(int position, int extent) => new([.. Span[..position], extent, .. Span[position..]]);

    /// <summary>This shape followed by another.</summary>
    public Shape Concat(Shape other) => new([.. Span, .. other.Span]);

    /// <summary>The dimensions from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public Shape Slice(int start, int end) => new(Span[start..end]);

    /// <summary>Row-major strides in elements, written to <paramref name="strides"/>.</summary>
    internal void DenseStrides(Span<int> strides)
    {
        int step = 1;
        for (int i = Rank - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(extents[i], 1);
        }
    }

    /// <summary>
    /// The common shape of two operands under NumPy's rule: aligned at the last dimension, extents are equal or one of them is 1.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast; the message names <paramref name="operation"/> and both shapes.</exception>
    public static Shape Broadcast(in Shape left, in Shape right, string operation)
    {
        if (left == right) return left;
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> result = stackalloc int[MaximumRank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= left.Rank ? left.extents[left.Rank - i] : 1, b = i <= right.Rank ? right.extents[right.Rank - i] : 1;
            if (a != b && a != 1 && b != 1)
            {
                throw new ArgumentException(
                    $"{operation}: shapes do not broadcast: left {left} · right {right}; dimension {-i} is {a} on the left and {b} on the right, "
                    + "they must be equal or one of them 1.");
            }

            result[rank - i] = a == 1 ? b : a;
        }

        return new Shape(result[..rank]);
    }

    /// <summary>True when a tensor of this shape broadcasts to <paramref name="target"/> without changing it.</summary>
    public bool BroadcastsTo(in Shape target)
    {
        if (Rank > target.Rank) return false;
        for (int i = 1; i <= Rank; i++)
        {
            int own = extents[Rank - i];
            if (own != 1 && own != target.extents[target.Rank - i]) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Rank == other.Rank && Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int extent in Span) hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Equal rank and extents.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Different rank or extents.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>For example <c>[32, 784]</c>; a scalar is <c>[]</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < Rank; i++) text.Append(i == 0 ? "" : ", ").Append(extents[i]);
        return text.Append(']').ToString();
    }
}
