namespace WeightSharing.Tensors;

/// <summary>Consecutive runs of rows: segment i has the rows Starts[i] … Starts[i + 1] − 1; a segment may be empty. Immutable.</summary>
public sealed class Segments
{
    private readonly int[] starts;
    private int[]? owners;

    private Segments(int[] starts) => this.starts = starts;

    /// <summary>Number of segments.</summary>
    public int Count => starts.Length - 1;

    /// <summary>Number of rows of all segments together.</summary>
    public int Total => starts[^1];

    /// <summary>The first row of each segment, and the number of rows at the end: Count + 1 numbers.</summary>
    public ReadOnlySpan<int> Starts => starts;

    /// <summary>Segments from where they start.</summary>
    /// <param name="starts">0 first, the number of rows last, never descending; copied.</param>
    /// <exception cref="ArgumentException">The starts are no such numbers.</exception>
    public static Segments FromStarts(ReadOnlySpan<int> starts)
    {
        if (starts.IsEmpty || starts[0] != 0) throw new ArgumentException("Segments: the starts must begin with 0, and end with the number of rows.", nameof(starts));
        for (int i = 1; i < starts.Length; i++)
        {
            if (starts[i] < starts[i - 1])
            {
                throw new ArgumentException($"Segments: start {i} is {starts[i]} after {starts[i - 1]}; starts must not descend.", nameof(starts));
            }
        }

        return new Segments(starts.ToArray());
    }

    /// <summary>Segments from their lengths.</summary>
    /// <exception cref="ArgumentException">A length is negative.</exception>
    public static Segments FromLengths(params ReadOnlySpan<int> lengths)
    {
        var starts = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] < 0) throw new ArgumentException($"Segments: length {i} is {lengths[i]}; it must be at least 0.", nameof(lengths));
            starts[i + 1] = checked(starts[i] + lengths[i]);
        }

        return new Segments(starts);
    }

    /// <summary>The number of rows of segment <paramref name="index"/>.</summary>
    public int Length(int index) => starts[index + 1] - starts[index];

    /// <summary>The segment of each row.</summary>
    internal int[] Owners()
    {
        if (owners is not null) return owners;
        var result = new int[Total];
        for (int i = 0; i < Count; i++) result.AsSpan(starts[i], starts[i + 1] - starts[i]).Fill(i);
        return owners = result;
    }

    /// <summary>Segments and rows.</summary>
    public override string ToString() => $"{Count} segments of {Total} rows";
}
