using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

// Copying and accumulating between two views. Both merge dimensions first; the order of a copy is free, so that a transposed one runs in
// blocks
// that stay in the first cache, while accumulation keeps the row-major order, because targets may repeat.
internal static unsafe partial class Strided
{
    /// <summary>Rows and columns of a block of a transposed copy: a cache line wide, and few enough lines for one set of the first-level
    /// cache.</summary>
    private const int TransposeBlock = 8;

    /// <summary>target[i] = source[i]; any unmanaged element. A target stride of zero keeps the last element along its dimension.</summary>
    public static void Copy<T>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> source, int sourceOffset, ReadOnlySpan<int> sourceStrides,
        Span<T> target, int targetOffset, ReadOnlySpan<int> targetStrides)
        where T : unmanaged
    {
        if (IsRow(shape, sourceStrides, targetStrides, out int n, out int sourceStep, out int targetStep))
        {
            fixed (T* ps = source, pt = target) Walk<T>.CopyRow(ps + sourceOffset, sourceStep, pt + targetOffset, targetStep, n);
            return;
        }

        int* buffer = stackalloc int[3 * shape.Length];
        var walk = new Walk<T>(buffer, shape, sourceStrides, targetStrides);
        if (walk.Rank < 0) return;
        walk.Arrange();
        fixed (T* ps = source, pt = target) walk.Copy(0, ps + sourceOffset, pt + targetOffset);
    }

    /// <summary>target[i] += source[i], elements in row-major order; target strides of zero sum over their dimension.</summary>
    public static void AddTo<T>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> source, int sourceOffset, ReadOnlySpan<int> sourceStrides,
        Span<T> target, int targetOffset, ReadOnlySpan<int> targetStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AddTo(Simd.Chosen, shape, source, sourceOffset, sourceStrides, target, targetOffset, targetStrides);

    public static void AddTo<T>(
        SimdVariant variant, ReadOnlySpan<int> shape, ReadOnlySpan<T> source, int sourceOffset, ReadOnlySpan<int> sourceStrides,
        Span<T> target, int targetOffset, ReadOnlySpan<int> targetStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsRow(shape, sourceStrides, targetStrides, out int n, out int sourceStep, out int targetStep))
        {
            fixed (T* ps = source, pt = target) AddRow(variant, ps + sourceOffset, sourceStep, pt + targetOffset, targetStep, n);
            return;
        }

        int* buffer = stackalloc int[3 * shape.Length];
        var walk = new Walk<T>(buffer, shape, sourceStrides, targetStrides);
        if (walk.Rank < 0) return;
        fixed (T* ps = source, pt = target) AddRows(variant, walk, 0, ps + sourceOffset, pt + targetOffset);
    }

    private static void AddRows<T>(SimdVariant variant, in Walk<T> walk, int level, T* source, T* target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint size = walk.Sizes[level], sourceStep = walk.SourceSteps[level], targetStep = walk.TargetSteps[level];
        if (level == walk.Rank - 1) AddRow(variant, source, sourceStep, target, targetStep, size);
        else for (nint i = 0; i < size; i++) AddRows(variant, walk, level + 1, source + i * sourceStep, target + i * targetStep);
    }

    private static void AddRow<T>(SimdVariant variant, T* source, nint sourceStep, T* target, nint targetStep, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (sourceStep == 1 && targetStep == 1)
        {
            Elementwise.Run<T, BinaryAsTernary<T, Operators.Add<T>>>(variant, target, source, source, target, n, default);
            return;
        }

        for (nint i = 0; i < n; i++, source += sourceStep, target += targetStep) *target += *source;
    }

    /// <summary>True when all dimensions merge into one run of n elements, or there are none.</summary>
    private static bool IsRow(
        ReadOnlySpan<int> shape, ReadOnlySpan<int> sourceStrides, ReadOnlySpan<int> targetStrides,
        out int n, out int sourceStep, out int targetStep)
    {
        (n, sourceStep, targetStep) = (1, 1, 1);
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            int size = shape[d];
            if (size == 1) continue;
            if (n == 1) (n, sourceStep, targetStep) = (size, sourceStrides[d], targetStrides[d]);
            else if (sourceStrides[d] == sourceStep * n && targetStrides[d] == targetStep * n) n *= size;
            else return false;
        }

        return true;
    }

    /// <summary>The merged dimensions of a copy: sizes and both steps, outermost first. Rank −1 means no work.</summary>
    private readonly struct Walk<T>
        where T : unmanaged
    {
        public readonly int* Sizes, SourceSteps, TargetSteps;
        public readonly int Rank;

        public Walk(int* buffer, ReadOnlySpan<int> shape, ReadOnlySpan<int> sourceStrides, ReadOnlySpan<int> targetStrides)
        {
            Sizes = buffer;
            SourceSteps = buffer + shape.Length;
            TargetSteps = SourceSteps + shape.Length;
            for (int d = 0; d < shape.Length; d++)
            {
                int size = shape[d], source = sourceStrides[d], target = targetStrides[d];
                if (size == 1) continue;
                if (size == 0)
                {
                    Rank = -1;
                    return;
                }

                int last = Rank - 1;
                if (last >= 0 && SourceSteps[last] == source * size && TargetSteps[last] == target * size)
                {
                    Sizes[last] *= size;
                    SourceSteps[last] = source;
                    TargetSteps[last] = target;
                }
                else
                {
                    Sizes[Rank] = size;
                    SourceSteps[Rank] = source;
                    TargetSteps[Rank++] = target;
                }
            }
        }

        /// <summary>
        /// Where the innermost dimension is contiguous on one side only (or neither), brings the one that is contiguous on the other side
        /// next to it.
        /// </summary>
        public void Arrange()
        {
            int inner = Rank - 1;
            if (Rank < 3 || (SourceSteps[inner] == 1 && TargetSteps[inner] == 1)) return;
            for (int d = 0; d < inner; d++) if (TargetSteps[d] == 0) return;
            for (int d = 0; d < inner - 1; d++)
            {
                if ((SourceSteps[d] != 1 || SourceSteps[inner] == 1) && (TargetSteps[d] != 1 || TargetSteps[inner] == 1)) continue;
                Swap(Sizes, d, inner - 1);
                Swap(SourceSteps, d, inner - 1);
                Swap(TargetSteps, d, inner - 1);
                return;
            }
        }

        public void Copy(int level, T* source, T* target)
        {
            nint size = Sizes[level], sourceStep = SourceSteps[level], targetStep = TargetSteps[level];
            if (level == Rank - 1) CopyRow(source, sourceStep, target, targetStep, size);
            else if (level == Rank - 2 && IsTransposed(level)) CopyBlocks(level, source, target);
            else for (nint i = 0; i < size; i++) Copy(level + 1, source + i * sourceStep, target + i * targetStep);
        }

        private bool IsTransposed(int level) =>
            TargetSteps[level] != 0
            && ((SourceSteps[level] == 1 && SourceSteps[level + 1] != 1) || (TargetSteps[level] == 1 && TargetSteps[level + 1] != 1));

        private void CopyBlocks(int level, T* source, T* target)
        {
            nint rows = Sizes[level], columns = Sizes[level + 1];
            nint sourceRow = SourceSteps[level], targetRow = TargetSteps[level];
            nint sourceColumn = SourceSteps[level + 1], targetColumn = TargetSteps[level + 1];
            for (nint r = 0; r < rows; r += TransposeBlock)
            {
                nint height = nint.Min(TransposeBlock, rows - r);
                for (nint c = 0; c < columns; c += TransposeBlock)
                {
                    nint width = nint.Min(TransposeBlock, columns - c);
                    T* s = source + r * sourceRow + c * sourceColumn, t = target + r * targetRow + c * targetColumn;
                    for (nint i = 0; i < height; i++) CopyRow(s + i * sourceRow, sourceColumn, t + i * targetRow, targetColumn, width);
                }
            }
        }

        public static void CopyRow(T* source, nint sourceStep, T* target, nint targetStep, nint n)
        {
            if (sourceStep == 1 && targetStep == 1) new ReadOnlySpan<T>(source, (int)n).CopyTo(new Span<T>(target, (int)n));
            else if (sourceStep == 0 && targetStep == 1) new Span<T>(target, (int)n).Fill(*source);
            else if (targetStep == 1) GatherRow(source, sourceStep, target, n);
            else for (nint i = 0; i < n; i++, source += sourceStep, target += targetStep) *target = *source;
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void GatherRow(T* source, nint step, T* target, nint n)
        {
            nint i = 0;
            for (; i <= n - 4; i += 4, source += 4 * step)
            {
                T first = source[0], second = source[step], third = source[2 * step], fourth = source[3 * step];
                target[i] = first;
                target[i + 1] = second;
                target[i + 2] = third;
                target[i + 3] = fourth;
            }

            for (; i < n; i++, source += step) target[i] = *source;
        }

        private static void Swap(int* values, int i, int j) => (values[i], values[j]) = (values[j], values[i]);
    }
}
