namespace WeightSharing.Markov.Kernels;

/// <summary>Numbers whose first lies on a cache line, so that vectors of the widest kind never straddle two; small arrays are left where they fall.</summary>
internal sealed unsafe class AlignedArray
{
    private const int Line = 64 / sizeof(double), WorthIt = 512;

    private readonly double[] storage;
    private readonly int offset, length;

    /// <summary>Room for so many numbers: zeros.</summary>
    public AlignedArray(int length)
    {
        this.length = length;
        if (length < WorthIt)
        {
            storage = new double[length];
            return;
        }

        // Pinned, so that the line stays where it is.
        storage = GC.AllocateArray<double>(length + Line - 1, pinned: true);
        fixed (double* first = storage) offset = (int)((64 - (nint)first % 64) % 64) / sizeof(double);
    }

    /// <summary>A copy of numbers.</summary>
    public AlignedArray(ReadOnlySpan<double> values)
        : this(values.Length) => values.CopyTo(Span);

    /// <summary>The numbers.</summary>
    public Span<double> Span => storage.AsSpan(offset, length);
}
