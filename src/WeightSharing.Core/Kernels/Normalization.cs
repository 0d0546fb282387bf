using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Normalisation of groups: x dense [outer, groups, inner], mean and biased variance of each group over (outer, inner).
/// </summary>
/// <remarks>
/// y = (x − m)·r·w + b with r = 1/√(v + ε). The weight is [groups], or [inner] when <c>perElement</c>; an empty one stands for 1, and
/// an empty bias for 0. Backward: ĝ = dy·w, dx = r·(ĝ − mean ĝ − x̂·mean(ĝ·x̂)), dw = Σ dy·x̂, db = Σ dy, all overwritten; dw and db
/// have the weight's length, and are empty with it. No operand may overlap another. Groups are divided between threads; sums have one fixed order, those over groups are
/// made by chunks of groups, as many as the shape says, and added in their order. Source: Ioffe and Szegedy 2015.
/// </remarks>
internal static unsafe class Normalization
{
    /// <summary>Elements of a chunk, at least; and the chunks at most, each of which has sums over groups of its own.</summary>
    private const int ChunkLength = 1 << 14, MaximumChunks = 32;

    // Rows that are normalised step by step together, and their elements: they stay in the first cache.
    private const int RowsTogether = 32, ElementsTogether = 1 << 10;

    public static void Forward<T>(
        int outer, int groups, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, bool perElement, T epsilon,
        Span<T> y, Span<T> mean, Span<T> variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Forward(Simd.Chosen, outer, groups, inner, x, weight, bias, perElement, epsilon, y, mean, variance);

    public static void Forward<T>(
        SimdVariant variant, int outer, int groups, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias,
        bool perElement,
        T epsilon, Span<T> y, Span<T> mean, Span<T> variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!Simd.HasVectorsOf<T>() || variant == SimdVariant.Reference || x.IsEmpty)
        {
            NormalizationReference.Forward(outer, groups, inner, x, weight, bias, perElement, epsilon, y, mean, variance);
            return;
        }

        fixed (T* px = x, pw = weight, pb = bias, py = y, pm = mean, pv = variance)
        {
            var call = new NormalizationCall<T>
            {
                Outer = outer,
                Groups = groups,
                Inner = inner,
                X = px,
                Weight = pw,
                Bias = pb,
                PerElement = perElement && pw != null,
                Epsilon = epsilon,
                Y = py,
                Mean = pm,
                Variance = pv,
            };
            Dispatch(variant, call, backward: false);
        }
    }

    public static void Backward<T>(
        int outer, int groups, int inner, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, bool perElement,
        ReadOnlySpan<T> mean, ReadOnlySpan<T> variance, T epsilon, Span<T> dx, Span<T> dWeight, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Backward(Simd.Chosen, outer, groups, inner, dy, x, weight, perElement, mean, variance, epsilon, dx, dWeight, dBias);

    public static void Backward<T>(
        SimdVariant variant, int outer, int groups, int inner, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> weight,
        bool perElement,
        ReadOnlySpan<T> mean, ReadOnlySpan<T> variance, T epsilon, Span<T> dx, Span<T> dWeight, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!Simd.HasVectorsOf<T>() || variant == SimdVariant.Reference || x.IsEmpty)
        {
            NormalizationReference.Backward(outer, groups, inner, dy, x, weight, perElement, mean, variance, epsilon, dx, dWeight, dBias);
            return;
        }

        int chunks = Chunks(outer, groups, inner);
        bool summed = perElement && !weight.IsEmpty;
        using Scratch<T> sums = Scratch<T>.Rent(summed ? (long)chunks * 2 * inner : 0);
        fixed (T* px = x, pw = weight, pdy = dy, pdx = dx, pm = mean, pv = variance, pdw = dWeight, pdb = dBias)
        {
            var call = new NormalizationCall<T>
            {
                Outer = outer,
                Groups = groups,
                Inner = inner,
                X = px,
                Weight = pw,
                PerElement = summed,
                Epsilon = epsilon,
                Dy = pdy,
                Y = pdx,
                Mean = pm,
                Variance = pv,
                DWeight = pdw,
                DBias = pdb,
                Sums = sums.Pointer,
            };
            Dispatch(variant, call, backward: true);
        }

        if (!summed) return;
        dWeight.Clear();
        dBias.Clear();
        fixed (T* pdw = dWeight, pdb = dBias)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                T* part = sums.Pointer + (long)chunk * 2 * inner;
                Elementwise.RunOnThread<T, BinaryAsTernary<T, Add<T>>>(variant, pdw, part, part, pdw, inner, default);
                Elementwise.RunOnThread<T, BinaryAsTernary<T, Add<T>>>(variant, pdb, part + inner, part, pdb, inner, default);
            }
        }
    }

    /// <summary>y = x·scale + shift, x dense [outer, groups, inner], scale and shift [groups]; overwrites y, which may be x.</summary>
    public static void ScaleShift<T>(int outer, int groups, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        ScaleShift(Simd.Chosen, outer, groups, inner, x, scale, shift, y);

    public static void ScaleShift<T>(
        SimdVariant variant, int outer, int groups, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, ps = scale, pt = shift, py = y)
        {
            var rows = new ScaledRows<T>
            {
                Variant = variant,
                Outer = outer,
                Groups = groups,
                Inner = inner,
                X = px,
                Scale = ps,
                Shift = pt,
                Y = py,
            };
            rows.Run();
        }
    }

    private static int Chunks(int outer, int groups, int inner) =>
        (int)Math.Clamp((long)outer * groups * inner / ChunkLength, 1, Math.Clamp(groups, 1, MaximumChunks));

    // In the widest vectors that a run fills, or a row of columns.
    private static void Dispatch<T>(SimdVariant variant, NormalizationCall<T> call, bool backward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = call.Inner == 1 ? call.Groups : call.Inner;
        if (Simd.Has512 && variant == SimdVariant.Vector512 && length >= Vector512<T>.Count) Divide<T, Vector512<T>, Lanes512<T>>(call, backward);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256 && length >= Vector256<T>.Count) Divide<T, Vector256<T>, Lanes256<T>>(call, backward);
        else Divide<T, Vector128<T>, Lanes128<T>>(call, backward);
    }

    private static void Divide<T, V, L>(NormalizationCall<T> call, bool backward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        if (!call.PerElement && (call.Outer > 1 || call.Inner == 1))
        {
            NormalizationSweeps<T, V, L>.Run(call);
            return;
        }

        // About 1 ns a vector and pass, from memory rather than from the cache.
        double nanoseconds = 3.0 * call.Outer * call.Groups * call.Inner / L.Count;
        var work = new Work<T, V, L> { Call = call, Backward = backward, Chunks = Chunks(call.Outer, call.Groups, call.Inner) };
        Parallelism.For(work.Chunks, ref work, nanoseconds);
    }

    // A unit is a run of one group, or one example where a group has one element of it.
    private struct ScaledRows<T> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public SimdVariant Variant;
        public int Outer, Groups, Inner;
        public T* X, Scale, Shift, Y;
        private int share;

        public void Run()
        {
            bool single = Inner == 1;
            int units = single ? Outer : Outer * Groups, length = single ? Groups : Inner;
            if (units == 0 || length == 0) return;
            share = Math.Max(1, ChunkLength / length);
            Parallelism.For((units + share - 1) / share, ref this, 0.1 * units * length);
        }

        public readonly void Run(int chunk)
        {
            bool single = Inner == 1;
            int units = single ? Outer : Outer * Groups, end = Math.Min(units, (chunk + 1) * share), runs;
            for (int unit = chunk * share; unit < end; unit += runs)
            {
                nint start = (nint)unit * (single ? Groups : Inner);
                int g = single ? 0 : unit % Groups;
                runs = single ? 1 : Math.Min(end - unit, Groups - g);
                if (single) Elementwise.RunOnThread<T, MultiplyAdd<T>>(Variant, X + start, Scale, Shift, Y + start, Groups, default);
                else ScaleRuns(X + start, Y + start, runs, Scale + g, Shift + g);
            }
        }

        // In the widest vectors that a run fills.
        private readonly void ScaleRuns(T* x, T* y, int runs, T* scale, T* shift)
        {
            bool vectors = Simd.HasVectorsOf<T>() && Variant != SimdVariant.Reference;
            if (vectors && Simd.Has512 && Variant == SimdVariant.Vector512 && Inner >= Vector512<T>.Count)
                NormalizationLoops<T, Vector512<T>, Lanes512<T>>.ScaleRuns(x, y, runs, Inner, scale, shift);
            else if (vectors && Simd.Has256 && Variant >= SimdVariant.Vector256 && Inner >= Vector256<T>.Count)
                NormalizationLoops<T, Vector256<T>, Lanes256<T>>.ScaleRuns(x, y, runs, Inner, scale, shift);
            else if (vectors && Inner >= Vector128<T>.Count)
                NormalizationLoops<T, Vector128<T>, Lanes128<T>>.ScaleRuns(x, y, runs, Inner, scale, shift);
            else
                NormalizationLoops<T, T, ScalarLanes<T>>.ScaleRuns(x, y, runs, Inner, scale, shift);
        }
    }

    private struct Work<T, V, L> : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        public NormalizationCall<T> Call;
        public bool Backward;
        public int Chunks;

        public readonly void Run(int chunk)
        {
            int first = (int)((long)Call.Groups * chunk / Chunks), end = (int)((long)Call.Groups * (chunk + 1) / Chunks);
            T* sums = Call.Sums + (long)chunk * 2 * Call.Inner;
            if (Backward && Call.PerElement) new Span<T>(sums, 2 * Call.Inner).Clear();
            int g = first;
            if (!Backward)
            {
                GroupsForward(first, end);
                return;
            }

            if (Call.PerElement && Call.Outer == 1)
            {
                for (; g <= end - 4; g += 4) FourBackward(g, sums);
            }

            for (; g < end; g++) GroupBackward(g, sums);
        }

        private readonly void GroupsForward(int first, int end)
        {
            if (Call.Outer == 1)
            {
                int together = Math.Clamp(ElementsTogether / Math.Max(1, Call.Inner), 1, RowsTogether);
                for (int g = first; g < end; g += together) RowsForward(g, Math.Min(together, end - g));
                return;
            }

            using Scratch<T> means = Scratch<T>.Rent(Call.Outer);
            for (int g = first; g < end; g++) GroupForward(g, means.Pointer);
        }

        // Step by step for several rows: a row's divisions and roots, each of which waits for the one before, overlap with those of its neighbours.
        private readonly void RowsForward(int first, int rows)
        {
            int n = Call.Inner;
            T* mean = Call.Mean + first, variance = Call.Variance + first, inverse = stackalloc T[RowsTogether];
            T* from = Call.X + Start(0, first);
            T count = T.CreateChecked(n);
            for (int k = 0; k < rows; k++) mean[k] = NormalizationLoops<T, V, L>.Sum(from + (nint)k * n, 1, n, n, (nint)rows * n) / count;
            for (int k = 0; k < rows; k++) variance[k] = NormalizationLoops<T, V, L>.SquaredDeviation(from + (nint)k * n, n, mean[k]) / count;
            for (int k = 0; k < rows; k++) inverse[k] = T.One / T.Sqrt(variance[k] + Call.Epsilon);
            for (int k = 0; k < rows; k++) Write(first + k, 0, mean[k], inverse[k]);
        }

        // The squares of each run about its own mean, while it is in the first cache: Σ (x − m)² = Σ over runs of (Σ (x − mᵣ)² + n (mᵣ − m)²).
        private readonly void GroupForward(int g, T* means)
        {
            int n = Call.Inner;
            T length = T.CreateChecked(n), count = T.CreateChecked((long)Call.Outer * n), sum = T.Zero, squares = T.Zero, between = T.Zero;
            for (int o = 0; o < Call.Outer; o++)
            {
                T* x = Call.X + Start(o, g);
                T sumOfRun = NormalizationLoops<T, V, L>.Sum(x, 1, n, n, Ahead);
                means[o] = sumOfRun / length;
                sum += sumOfRun;
                squares += NormalizationLoops<T, V, L>.SquaredDeviation(x, n, means[o]);
            }

            T mean = sum / count;
            for (int o = 0; o < Call.Outer; o++) between += (means[o] - mean) * (means[o] - mean);
            T variance = (squares + length * between) / count, inverse = T.One / T.Sqrt(variance + Call.Epsilon);
            (Call.Mean[g], Call.Variance[g]) = (mean, variance);
            for (int o = 0; o < Call.Outer; o++) Write(g, o, mean, inverse);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Write(int g, int o, T mean, T inverse)
        {
            nint start = Start(o, g);
            T* x = Call.X + start, y = Call.Y + start;
            if (Call.PerElement)
            {
                NormalizationLoops<T, V, L>.WriteByElement(x, y, Call.Inner, mean, inverse, Call.Weight, Call.Bias);
                return;
            }

            T scale = Call.Weight == null ? inverse : inverse * Call.Weight[g], shift = Call.Bias == null ? T.Zero : Call.Bias[g];
            NormalizationLoops<T, V, L>.WriteRuns(x, y, 1, Call.Inner, &mean, &scale, &shift);
        }

        private readonly void GroupBackward(int g, T* sums)
        {
            int n = Call.Inner;
            T count = T.CreateChecked((long)Call.Outer * n), mean = Call.Mean[g], inverse = T.One / T.Sqrt(Call.Variance[g] + Call.Epsilon);
            T sum = T.Zero, product = T.Zero;
            for (int o = 0; o < Call.Outer; o++)
            {
                T* dy = Call.Dy + Start(o, g), x = Call.X + Start(o, g);
                (T s, T p) = Call.PerElement
                    ? NormalizationLoops<T, V, L>.SumsByElement(dy, x, n, Ahead, mean, inverse, Call.Weight, sums, sums + n)
                    : NormalizationLoops<T, V, L>.Sums(dy, x, 1, n, n, Ahead, mean);
                (sum, product) = (sum + s, product + p);
            }

            T scale = inverse;
            if (!Call.PerElement && Call.Weight != null)
            {
                scale *= Call.Weight[g];
                (Call.DWeight[g], Call.DBias[g]) = (product * inverse, sum);
            }

            // With the weight inside the sums, or in front of all: r·(ĝ − Σ/n − (x − m)·r²·Σ/n).
            T tilt = -(scale * inverse * inverse * (product / count)), shift = -(scale * (sum / count));
            for (int o = 0; o < Call.Outer; o++)
            {
                nint start = Start(o, g);
                NormalizationLoops<T, V, L>.Gradient(
                    Call.Dy + start, Call.X + start, Call.Y + start, n, mean, scale, Call.PerElement ? Call.Weight : null, tilt, shift);
            }
        }

        // As GroupBackward, for the usual layer norm: groups that follow one another, with a weight by element.
        private readonly void FourBackward(int g, T* sums)
        {
            int n = Call.Inner;
            T* inverse = stackalloc T[12], sum = inverse + 4, product = sum + 4;
            for (int k = 0; k < 4; k++) inverse[k] = T.One / T.Sqrt(Call.Variance[g + k] + Call.Epsilon);
            nint start = Start(0, g);
            NormalizationLoops<T, V, L>.SumsOfFourByElement(
                Call.Dy + start, Call.X + start, n, Call.Mean + g, inverse, Call.Weight, sums, sums + n, sum, product);
            T count = T.CreateChecked(n);
            for (int k = 0; k < 4; k++, start += n)
            {
                T scale = inverse[k], tilt = -(scale * scale * scale * (product[k] / count)), shift = -(scale * (sum[k] / count));
                NormalizationLoops<T, V, L>.Gradient(
                    Call.Dy + start, Call.X + start, Call.Y + start, n, Call.Mean[g + k], scale, Call.Weight, tilt, shift);
            }
        }

        // From a run of elements to the one that is read next.
        private readonly nint Ahead => Call.Outer > 1 ? (nint)Call.Groups * Call.Inner : Call.Inner;

        private readonly nint Start(int o, int g) => ((nint)o * Call.Groups + g) * Call.Inner;
    }
}

/// <summary>The operands of a normalisation, as <see cref="Normalization"/> names them; y is dx where there is a dy.</summary>
internal unsafe struct NormalizationCall<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Outer, Groups, Inner;
    public T* X, Weight, Bias, Dy, Y, Mean, Variance, DWeight, DBias, Sums;
    public bool PerElement;
    public T Epsilon;
}
