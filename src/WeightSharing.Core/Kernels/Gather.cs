using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Rows picked by index, with signs, and the adjoint: the kernel of every tying and of embeddings. Rows are blocks of <c>inner</c> contiguous elements.
/// </summary>
/// <remarks>An index of −1 stands for zero; an empty sign span for all +1. Source and target must not overlap.</remarks>
internal static class Gather
{
    /// <summary>target[i] = sign[i] · source[index[i]], source [sourceRows, inner], target [index.Length, inner]; overwrites.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is below −1 or not below <paramref name="sourceRows"/>.</exception>
    public static void Take<T>(
        ReadOnlySpan<T> source, int sourceRows, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign, int inner, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index[i], sourceRows);
            ArgumentOutOfRangeException.ThrowIfLessThan(index[i], -1);
            for (int j = 0; j < inner; j++)
            {
                T value = index[i] < 0 ? T.Zero : source[index[i] * inner + j];
                target[i * inner + j] = !sign.IsEmpty && sign[i] < 0 ? -value : value;
            }
        }
    }

    /// <summary>target[index[i]] += sign[i] · source[i], source [index.Length, inner], target [targetRows, inner]; in the order of i.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is below −1 or not below <paramref name="targetRows"/>.</exception>
    public static void AddTo<T>(
        ReadOnlySpan<T> source, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign, int inner, Span<T> target, int targetRows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index[i], targetRows);
            ArgumentOutOfRangeException.ThrowIfLessThan(index[i], -1);
            if (index[i] < 0) continue;
            for (int j = 0; j < inner; j++)
            {
                T value = source[i * inner + j];
                target[index[i] * inner + j] += !sign.IsEmpty && sign[i] < 0 ? -value : value;
            }
        }
    }
}
