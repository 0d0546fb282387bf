using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>Where the largest elements of segments are.</summary>
/// <remarks>
/// Segment i has the rows starts[i] … starts[i + 1] − 1 of x [rows, inner]. positions[i, c] is the row-major position in x of the first largest
/// element of column c, or of the first NaN; −1 for an empty segment. Segments are cut into chunks by their rows: the same for any number of threads.
/// </remarks>
internal static unsafe class SegmentExtremes
{
    private const long ChunkElements = 1 << 16;

    /// <summary>positions [segments, inner]; overwrites.</summary>
    public static void LargestPositions<T>(ReadOnlySpan<int> starts, int inner, ReadOnlySpan<T> x, Span<int> positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (positions.Length != (long)(starts.Length - 1) * inner)
        {
            throw new ArgumentException($"SegmentExtremes: {positions.Length} positions for {starts.Length - 1} segments of {inner} columns.");
        }

        if (positions.IsEmpty) return;
        long total = (long)starts[^1] - starts[0] + starts.Length - 1, share = Math.Max(1, ChunkElements / inner);
        fixed (int* ps = starts, pp = positions)
        fixed (T* px = x)
        {
            var work = new Work<T> { Starts = ps, Segments = starts.Length - 1, Inner = inner, X = px, Positions = pp, Share = share };
            Parallelism.For((int)((total + share - 1) / share), ref work, total * inner * 1.0);
        }
    }

    private struct Work<T> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int* Starts, Positions;
        public int Segments, Inner;
        public T* X;
        public long Share;

        public readonly void Run(int chunk)
        {
            int last = SparseProduct.Cut(Starts, Segments, chunk + 1L, Share);
            for (int segment = SparseProduct.Cut(Starts, Segments, chunk, Share); segment < last; segment++)
            {
                int* found = Positions + (nint)segment * Inner;
                for (int c = 0; c < Inner; c++) found[c] = -1;
                for (int row = Starts[segment]; row < Starts[segment + 1]; row++)
                {
                    for (int c = 0; c < Inner; c++)
                    {
                        int at = row * Inner + c;
                        // Nothing is larger than a NaN that was found.
                        if (found[c] < 0 || X[at] > X[found[c]] || T.IsNaN(X[at]) && !T.IsNaN(X[found[c]])) found[c] = at;
                    }
                }
            }
        }
    }
}
