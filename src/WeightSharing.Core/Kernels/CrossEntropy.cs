using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Cross-entropy of class indices over the middle of dense logits [outer, classes, inner]: ℓ[g] = w[g]·(ln Σ e^(x − m) − (x[label] − m)) with m = max x
/// for each of the groups g = (outer, inner).
/// </summary>
/// <remarks>
/// A negative label stands for a group without one: its loss and gradient are 0. Labels must be below the number of classes. The maximum and the logarithm
/// stay apart, so that large logits lose no digits. Groups are shared between threads; each group's bits depend on neither them nor its place.
/// </remarks>
internal static unsafe class CrossEntropy
{
    private const int ParallelLength = 1 << 15, ChunkLength = 1 << 13;

    /// <summary>The losses, and of each group the maximum and ln Σ e^(x − m); overwrites all three.</summary>
    public static void Forward<T>(
        int outer, int classes, int inner, ReadOnlySpan<T> x, ReadOnlySpan<int> labels, ReadOnlySpan<T> weights, Span<T> losses, Span<T> max, Span<T> logarithm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Forward(Simd.Chosen, outer, classes, inner, x, labels, weights, losses, max, logarithm);

    public static void Forward<T>(
        SimdVariant variant, int outer, int classes, int inner, ReadOnlySpan<T> x, ReadOnlySpan<int> labels, ReadOnlySpan<T> weights,
        Span<T> losses, Span<T> max, Span<T> logarithm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, pw = weights, pl = losses, pm = max, plog = logarithm)
        fixed (int* plabel = labels)
        {
            new Groups<T>
            {
                Variant = variant,
                Outer = outer,
                Classes = classes,
                Inner = inner,
                X = px,
                Labels = plabel,
                Weights = pw,
                Losses = pl,
                Max = pm,
                Logarithm = plog,
            }.Run();
        }
    }

    /// <summary>dx = s·(e^(x − m − logarithm) − [label]), s of each group being its loss's gradient times its weight; overwrites dx.</summary>
    public static void Backward<T>(
        int outer, int classes, int inner, ReadOnlySpan<T> x, ReadOnlySpan<int> labels, ReadOnlySpan<T> max, ReadOnlySpan<T> logarithm, ReadOnlySpan<T> scale, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Backward(Simd.Chosen, outer, classes, inner, x, labels, max, logarithm, scale, dx);

    public static void Backward<T>(
        SimdVariant variant, int outer, int classes, int inner, ReadOnlySpan<T> x, ReadOnlySpan<int> labels, ReadOnlySpan<T> max,
        ReadOnlySpan<T> logarithm, ReadOnlySpan<T> scale, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, pm = max, plog = logarithm, ps = scale, pdx = dx)
        fixed (int* plabel = labels)
        {
            new Groups<T>
            {
                Variant = variant,
                Outer = outer,
                Classes = classes,
                Inner = inner,
                X = px,
                Labels = plabel,
                Max = pm,
                Logarithm = plog,
                Scale = ps,
                Dx = pdx,
            }.Run();
        }
    }

    private struct Groups<T> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public SimdVariant Variant;
        public int Outer, Classes, Inner;
        public T* X, Weights, Losses, Max, Logarithm, Scale, Dx;
        public int* Labels;
        private int share;

        public void Run()
        {
            nint length = (nint)Classes * Inner;
            if (Inner == 0 || Outer == 0) return;
            share = Outer;
            if (length * Outer < ParallelLength)
            {
                Run(0);
                return;
            }

            share = (int)nint.Max(1, ChunkLength / length);
            Parallelism.For((Outer + share - 1) / share, ref this);
        }

        public readonly void Run(int chunk)
        {
            int first = chunk * share, end = Math.Min(Outer, first + share);
            if (Dx == null) RunForward(first, end);
            else RunBackward(first, end);
        }

        private readonly void RunForward(int first, int end)
        {
            bool isDone = Inner == 1 && Softmax.TakeSumsOfShortRows(
                Variant, X + (nint)first * Classes, end - first, Classes, (nint)(Outer - end) * Classes, Max + first, Logarithm + first);
            for (nint o = first; o < end && !isDone; o++)
            {
                T* x = X + o * Classes * Inner, max = Max + o * Inner, sum = Logarithm + o * Inner;
                if (Inner == 1)
                {
                    *max = FoldKernel.Row(Variant, x, x, Classes, T.NegativeInfinity, default(First<T>), default(LargerNumber<T>));
                    *sum = FoldKernel.Row(Variant, x, x, Classes, T.Zero, new Against<T, ExpOfDifference<T>>(default, *max), default(Add<T>));
                }
                else
                {
                    FoldKernel.Columns(Variant, x, Inner, x, Inner, max, Classes, Inner, T.NegativeInfinity, default(First<T>), default(LargerNumber<T>));
                    FoldKernel.Columns(Variant, x, Inner, max, 0, sum, Classes, Inner, T.Zero, default(ExpOfDifference<T>), default(Add<T>));
                }
            }

            nint start = (nint)first * Inner, count = (nint)(end - first) * Inner;
            T* logarithm = Logarithm + start;
            Elementwise.RunOnThread<T, UnaryAsTernary<T, Log<T>>>(Variant, logarithm, logarithm, logarithm, logarithm, count, default);
            for (nint g = start; g < start + count; g++)
            {
                int label = Labels[g];
                T weight = label < 0 ? T.Zero : Weights == null ? T.One : Weights[label];
                // A class of weight 0 adds nothing, not even where its probability is 0.
                Losses[g] = weight == T.Zero ? T.Zero : weight * (Logarithm[g] - (X[Place(g, label)] - Max[g]));
            }
        }

        private readonly void RunBackward(int first, int end)
        {
            nint start = (nint)first * Classes;
            bool isDone = Inner == 1 && Softmax.WriteProbabilitiesOfShortRows(
                Variant, X + start, Max + first, Logarithm + first, Scale + first, Dx + start, end - first, Classes, (nint)(Outer - end) * Classes);
            for (nint o = first; o < end && !isDone; o++)
            {
                T* x = X + o * Classes * Inner, dx = Dx + o * Classes * Inner;
                nint g = o * Inner;
                if (Inner == 1)
                {
                    if (Labels[g] >= 0) Elementwise.RunOnThread<T, Probability<T>>(Variant, x, x, x, dx, Classes, new(Max[g], Logarithm[g], Scale[g]));
                }
                else
                {
                    for (nint c = 0; c < Classes; c++, x += Inner, dx += Inner)
                    {
                        Elementwise.RunOnThread<T, LogProbability<T>>(Variant, x, Max + g, Logarithm + g, dx, Inner, default);
                        Elementwise.RunOnThread<T, BinaryAsTernary<T, ScaledExp<T>>>(Variant, dx, Scale + g, dx, dx, Inner, default);
                    }
                }
            }

            for (nint g = (nint)first * Inner; g < (nint)end * Inner; g++)
            {
                int label = Labels[g];
                if (label >= 0) Dx[Place(g, label)] -= Scale[g];
                else Clear(g);
            }
        }

        // Logits that are not numbers must not reach the gradient of a group that has no label.
        private readonly void Clear(nint g)
        {
            for (int c = 0; c < Classes; c++) Dx[Place(g, c)] = T.Zero;
        }

        private readonly nint Place(nint g, int c) => g / Inner * Classes * Inner + (nint)c * Inner + g % Inner;
    }
}
