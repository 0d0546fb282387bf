using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

// Copying and accumulating between two views. Both merge dimensions first; the order of a copy is free, so that a transposed one runs in blocks
// that stay in the first cache, while accumulation keeps the row-major order, because targets may repeat.
internal static unsafe partial class Strided
{
    /// <summary>Rows and columns of a block of a transposed copy: both sides of it fit the first-level cache.</summary>
    private const int TransposeBlock = 32;

    /// <summary>target[i] = source[i]; any unmanaged element. A target stride of zero keeps the last element along its dimension.</summary>
    public static void Copy<T>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> source, int sourceOffset, ReadOnlySpan<int> sourceStrides,
        Span<T> target, int targetOffset, ReadOnlySpan<int> targetStrides)
        where T : unmanaged
    {
        int* buffer = stackalloc int[3 * shape.Length + 3];
        var walk = new Walk<T>(buffer, shape, sourceStrides, targetStrides);
        if (walk.Rank < 0) return;
        fixed (T* ps = source, pt = target)
        {
            walk.Source = ps + sourceOffset;
            walk.Target = pt + targetOffset;
            walk.Arrange();
            walk.Copy(0, walk.Source, walk.Target);
        }
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
        int* buffer = stackalloc int[3 * shape.Length + 3];
        var walk = new Walk<T>(buffer, shape, sourceStrides, targetStrides);
        if (walk.Rank < 0) return;
        fixed (T* ps = source, pt = target) AddRows(variant, walk, 0, ps + sourceOffset, pt + targetOffset);
    }

    private static void AddRows<T>(SimdVariant variant, in Walk<T> walk, int level, T* source, T* target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint size = walk.Sizes[level], sourceStep = walk.SourceSteps[level], targetStep = walk.TargetSteps[level];
        if (level < walk.Rank - 1)
        {
            for (nint i = 0; i < size; i++) AddRows(variant, walk, level + 1, source + i * sourceStep, target + i * targetStep);
        }
        else if (sourceStep == 1 && targetStep == 1)
        {
            Elementwise.Run<T, BinaryAsTernary<T, Operators.Add<T>>>(variant, target, source, source, target, size, default);
        }
        else
        {
            for (nint i = 0; i < size; i++, source += sourceStep, target += targetStep) *target += *source;
        }
    }

    /// <summary>The merged dimensions of a copy: sizes and both steps, outermost first. Rank −1 means no work.</summary>
    private struct Walk<T>
        where T : unmanaged
    {
        public readonly int* Sizes, SourceSteps, TargetSteps;
        public int Rank;
        public T* Source, Target;

        public Walk(int* buffer, ReadOnlySpan<int> shape, ReadOnlySpan<int> sourceStrides, ReadOnlySpan<int> targetStrides)
        {
            Sizes = buffer;
            SourceSteps = buffer + shape.Length + 1;
            TargetSteps = SourceSteps + shape.Length + 1;
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

            // A single element is a row of one.
            if (Rank > 0) return;
            Sizes[0] = SourceSteps[0] = TargetSteps[0] = Rank = 1;
        }

        /// <summary>
        /// Where the innermost dimension is contiguous on one side only (or neither), brings the one that is contiguous on the other side next to it.
        /// </summary>
        public readonly void Arrange()
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

        public readonly void Copy(int level, T* source, T* target)
        {
            nint size = Sizes[level], sourceStep = SourceSteps[level], targetStep = TargetSteps[level];
            if (level == Rank - 1) CopyRow(source, sourceStep, target, targetStep, size);
            else if (level == Rank - 2 && IsTransposed(level)) CopyBlocks(level, source, target);
            else for (nint i = 0; i < size; i++) Copy(level + 1, source + i * sourceStep, target + i * targetStep);
        }

        private readonly bool IsTransposed(int level) =>
            TargetSteps[level] != 0
            && ((SourceSteps[level] == 1 && SourceSteps[level + 1] != 1) || (TargetSteps[level] == 1 && TargetSteps[level + 1] != 1));

        private readonly void CopyBlocks(int level, T* source, T* target)
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

        private static void CopyRow(T* source, nint sourceStep, T* target, nint targetStep, nint n)
        {
            if (sourceStep == 1 && targetStep == 1) new ReadOnlySpan<T>(source, (int)n).CopyTo(new Span<T>(target, (int)n));
            else if (sourceStep == 0 && targetStep == 1) new Span<T>(target, (int)n).Fill(*source);
            else if (targetStep == 1) GatherRow(source, sourceStep, target, n);
            else for (nint i = 0; i < n; i++, source += sourceStep, target += targetStep) *target = *source;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
