using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>Stable orders over the middle of dense [outer, count, inner] views; NaN counts as greater than every number.</summary>
internal static class Sorting
{
    /// <summary>
    /// order[o, ·, i] = the permutation that sorts x[o, ·, i]; equal elements stay in their order, whichever the direction.
    /// </summary>
    public static void Order<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<int> order, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var row = new T[count];
        var positions = new int[count];
        int direction = descending ? -1 : 1;
        int Compare(int a, int b)
        {
            T left = row[a], right = row[b];
            int byValue = left < right ? -1 : left > right ? 1 : T.IsNaN(left).CompareTo(T.IsNaN(right));
            return byValue != 0 ? direction * byValue : a.CompareTo(b);
        }

        Comparison<int> comparison = Compare;
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                for (int k = 0; k < count; k++) (row[k], positions[k]) = (x[(o * count + k) * inner + i], k);
                positions.AsSpan().Sort(comparison);
                for (int k = 0; k < count; k++) order[(o * count + k) * inner + i] = positions[k];
            }
        }
    }
}
