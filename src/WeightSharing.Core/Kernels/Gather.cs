using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Rows picked by index, with signs, and the adjoint: the kernel of every tying and of embeddings. Rows are blocks of <c>inner</c>
/// contiguous elements.
/// </summary>
/// <remarks>
/// An index of −1 stands for zero; an empty sign span for all +1. Source and target must not overlap. Additions happen in the order of
/// the index, so
/// that repeated rows add up the same way every time.
/// </remarks>
internal static class Gather
{
    /// <summary>target[i] = sign[i] · source[index[i]], source [sourceRows, inner], target [index.Length, inner]; overwrites.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is below −1 or not below <paramref name="sourceRows"/>.</exception>
    public static void Take<T>(
        ReadOnlySpan<T> source, int sourceRows, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign, int inner, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (inner != 1)
        {
            TakeRows(source, sourceRows, index, sign, inner, target);
            return;
        }

        if (sign.IsEmpty)
        {
            for (int i = 0; i < index.Length; i++)
            {
                int row = index[i];
                if ((uint)row < (uint)sourceRows) target[i] = source[row];
                else target[i] = row == -1 ? T.Zero : throw Outside(nameof(Take), i, row, sourceRows);
            }

            return;
        }

        for (int i = 0; i < index.Length; i++)
        {
            int row = index[i];
            if ((uint)row < (uint)sourceRows) target[i] = sign[i] < 0 ? -source[row] : source[row];
            else target[i] = row == -1 ? T.Zero : throw Outside(nameof(Take), i, row, sourceRows);
        }
    }

    /// <summary>target[index[i]] += sign[i] · source[i], source [index.Length, inner], target [targetRows, inner]; in the order of
    /// i.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is below −1 or not below <paramref name="targetRows"/>.</exception>
    public static void AddTo<T>(
        ReadOnlySpan<T> source, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign, int inner, Span<T> target, int targetRows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (inner != 1)
        {
            AddRows(source, index, sign, inner, target, targetRows);
            return;
        }

        for (int i = 0; i < index.Length; i++)
        {
            int row = index[i];
            if ((uint)row < (uint)targetRows) target[row] += !sign.IsEmpty && sign[i] < 0 ? -source[i] : source[i];
            else if (row != -1) throw Outside(nameof(AddTo), i, row, targetRows);
        }
    }

    private static void TakeRows<T>(
        ReadOnlySpan<T> source, int sourceRows, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign, int inner, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            int row = index[i];
            Span<T> to = target.Slice(i * inner, inner);
            if (row == -1)
            {
                to.Clear();
                continue;
            }

            if ((uint)row >= (uint)sourceRows) throw Outside(nameof(Take), i, row, sourceRows);
            ReadOnlySpan<T> from = source.Slice(row * inner, inner);
            if (sign.IsEmpty || sign[i] >= 0) from.CopyTo(to);
            else Elementwise.Map(from, to, default(Negate<T>));
        }
    }

    private static void AddRows<T>(
        ReadOnlySpan<T> source, ReadOnlySpan<int> index, ReadOnlySpan<sbyte> sign, int inner, Span<T> target, int targetRows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            int row = index[i];
            if (row == -1) continue;
            if ((uint)row >= (uint)targetRows) throw Outside(nameof(AddTo), i, row, targetRows);
            ReadOnlySpan<T> from = source.Slice(i * inner, inner);
            Span<T> to = target.Slice(row * inner, inner);
            if (sign.IsEmpty || sign[i] >= 0) Elementwise.Combine<T, Add<T>>(to, from, to, default);
            else Elementwise.Combine<T, Subtract<T>>(to, from, to, default);
        }
    }

    private static ArgumentOutOfRangeException Outside(string operation, int i, int index, int rows) =>
        new(nameof(index), index, $"Gather.{operation}: index[{i}] = {index}; rows are 0 to {rows - 1}, and -1 stands for zero.");
}
