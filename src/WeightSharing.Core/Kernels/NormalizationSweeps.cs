using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>Normalisation over a batch: groups whose runs lie apart, with a weight by group.</summary>
/// <remarks>
/// One sweep takes the sums, and one, in the order of the memory, writes the results. Group after group, each while it is in the cache, would read less but
/// takes longer (also bands of several groups, measured): runs a power of two apart, which are the usual ones, share few sets of a second cache, so that a
/// group does not stay there, and the memory takes what is written in pieces of many pages half as fast. A group of one element an example (inner = 1) is a
/// column; the sums of columns are those of blocks of rows, merged in their order.
/// </remarks>
internal static unsafe class NormalizationSweeps<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Elements of a chunk, at least; and the chunks that take sums at most.</summary>
    private const int ChunkLength = 1 << 14, MaximumChunks = 32;

    /// <summary>Columns and rows of a block, at least: pages of each row, and rows enough for the merging to be little.</summary>
    private const int BlockColumns = 1 << 10, BlockRows = 64;

    /// <summary>y, mean and variance, or dx, dWeight and dBias where there is a dy.</summary>
    public static void Run(in NormalizationCall<T> call)
    {
        using Scratch<T> scratch = Scratch<T>.Rent(3L * call.Groups);
        var work = new Work { Call = call, Scale = scratch.Pointer, Shift = scratch.Pointer + call.Groups, Tilt = scratch.Pointer + 2L * call.Groups };
        work.TakeSums();
        work.WriteResults();
    }

    private struct Work : IParallelWork
    {
        public NormalizationCall<T> Call;
        public T* Scale, Shift, Tilt;

        // The sums that the groups' parameters are made of, [groups] each; of columns one pair a block of rows.
        private T* first, second;
        private bool takesSums;
        private int chunks, columnBlocks, share;

        private readonly bool IsBackward => Call.Dy != null;

        // About 1 ns a vector and operand, from memory rather than from the cache.
        private readonly double Nanoseconds => (IsBackward ? 2.0 : 1.0) * Call.Outer * Call.Groups * Call.Inner / L.Count;

        public void TakeSums()
        {
            (int outer, int groups) = (Call.Outer, Call.Groups);
            int wanted = (int)Math.Clamp((long)outer * groups * Call.Inner / ChunkLength, 1, MaximumChunks);
            columnBlocks = Math.Clamp(Call.Inner > 1 ? groups : groups / BlockColumns, 1, wanted);
            int rowBlocks = Call.Inner > 1 ? 1 : Math.Clamp(outer / BlockRows, 1, wanted / columnBlocks);
            chunks = rowBlocks * columnBlocks;
            using Scratch<T> parts = Scratch<T>.Rent(rowBlocks > 1 ? (long)rowBlocks * 2 * groups : 0);
            SetSums();
            if (rowBlocks > 1)
            {
                first = parts.Pointer;
                second = first + groups;
            }

            takesSums = true;
            Parallelism.For(chunks, ref this, Nanoseconds);
            takesSums = false;
            SetSums();
            for (int block = 0; rowBlocks > 1 && block < rowBlocks; block++) Merge(block, rowBlocks, parts.Pointer + (nint)block * 2 * groups);
            Finish();
        }

        /// <summary>In runs, or in examples of columns.</summary>
        public void WriteResults()
        {
            int units = Call.Inner == 1 ? Call.Outer : Call.Outer * Call.Groups;
            share = Math.Max(1, ChunkLength / (Call.Inner == 1 ? Call.Groups : Call.Inner));
            Parallelism.For((units + share - 1) / share, ref this, Nanoseconds);
        }

        public readonly void Run(int chunk)
        {
            if (takesSums && Call.Inner == 1)
            {
                SumColumns(chunk / columnBlocks, chunk % columnBlocks);
            }
            else if (takesSums)
            {
                (int g, int end) = Range(Call.Groups, chunk, chunks);
                for (; g < end; g++)
                {
                    if (IsBackward) SumGradients(g);
                    else TakeStatistics(g);
                }
            }
            else if (Call.Inner == 1)
            {
                WriteRows(chunk * share, Math.Min(Call.Outer, (chunk + 1) * share));
            }
            else
            {
                WriteRuns(chunk * share, Math.Min(Call.Outer * Call.Groups, (chunk + 1) * share));
            }
        }

        private void SetSums()
        {
            first = IsBackward ? Shift : Call.Mean;
            second = IsBackward ? Tilt : Call.Variance;
        }

        // From the sums to what the results are made with.
        private readonly void Finish()
        {
            T count = T.CreateChecked((long)Call.Outer * Call.Inner);
            for (int g = 0; g < Call.Groups; g++)
            {
                if (!IsBackward) Call.Variance[g] /= count;
                T inverse = T.One / T.Sqrt(Call.Variance[g] + Call.Epsilon), scale = Call.Weight == null ? inverse : inverse * Call.Weight[g];
                Scale[g] = scale;
                if (!IsBackward)
                {
                    Shift[g] = Call.Bias == null ? T.Zero : Call.Bias[g];
                    continue;
                }

                T sum = Shift[g], product = Tilt[g];
                if (Call.Weight != null) (Call.DWeight[g], Call.DBias[g]) = (product * inverse, sum);

                // r·w·(dy − Σ/n − (x − m)·r²·Σ/n)
                Tilt[g] = -(scale * inverse * inverse * (product / count));
                Shift[g] = -(scale * (sum / count));
            }
        }

        // Each block of runs is read once, about the mean p of the block before it (only the first about its own): with s = Σ (x − p) and q = Σ (x − p)², its
        // mean is p + s/n and its squares about that are q − s²/n. That loses no more digits than the means differ from block to block, which is in the
        // variance too. Blocks are merged by the formula of Chan, Golub and LeVeque (1979), with means relative to the first one.
        private readonly void TakeStatistics(int g)
        {
            int n = Call.Inner, together = Together;
            T origin = T.Zero, offset = T.Zero, squares = T.Zero, pivot = T.Zero;
            for (int o = 0; o < Call.Outer; o += together)
            {
                int runs = Math.Min(together, Call.Outer - o);
                T* x = Call.X + Start(o, g);
                T length = T.CreateChecked((long)runs * n), before = T.CreateChecked((long)o * n);
                if (o == 0) pivot = origin = NormalizationLoops<T, V, L>.Sum(x, runs, n, Pitch, 0) / length;
                (T s, T q) = NormalizationLoops<T, V, L>.Deviations(x, runs, n, Pitch, Ahead(o, runs), pivot);
                T mean = pivot - origin + s / length, difference = mean - offset, share = length / (before + length);
                offset += difference * share;
                squares += q - s * (s / length) + difference * difference * (before * share);
                pivot = origin + mean;
            }

            (first[g], second[g]) = (origin + offset, T.Max(squares, T.Zero));
        }

        private readonly void SumGradients(int g)
        {
            int together = Together;
            T sum = T.Zero, product = T.Zero;
            for (int o = 0; o < Call.Outer; o += together)
            {
                int runs = Math.Min(together, Call.Outer - o);
                nint start = Start(o, g);
                (T s, T p) = NormalizationLoops<T, V, L>.Sums(Call.Dy + start, Call.X + start, runs, Call.Inner, Pitch, Ahead(o, runs), Call.Mean[g]);
                (sum, product) = (sum + s, product + p);
            }

            (first[g], second[g]) = (sum, product);
        }

        private readonly void SumColumns(int rowBlock, int columnBlock)
        {
            (int row, int rowEnd) = Range(Call.Outer, rowBlock, chunks / columnBlocks);
            (int g, int end) = Range(Call.Groups, columnBlock, columnBlocks);
            T* a = first + (nint)rowBlock * 2 * Call.Groups, b = second + (nint)rowBlock * 2 * Call.Groups;
            T* x = Call.X + (nint)row * Call.Groups, dy = Call.Dy + (nint)row * Call.Groups;
            if (IsBackward)
            {
                g = NormalizationColumns<T, V, L>.Sums(g, end, dy, x, rowEnd - row, Call.Groups, Call.Mean, a, b);
                NormalizationColumns<T, T, ScalarLanes<T>>.Sums(g, end, dy, x, rowEnd - row, Call.Groups, Call.Mean, a, b);
            }
            else
            {
                g = NormalizationColumns<T, V, L>.Statistics(g, end, x, rowEnd - row, Call.Groups, a, b);
                NormalizationColumns<T, T, ScalarLanes<T>>.Statistics(g, end, x, rowEnd - row, Call.Groups, a, b);
            }
        }

        private readonly void Merge(int block, int blocks, T* part)
        {
            (int row, int end) = Range(Call.Outer, block, blocks);
            int g = NormalizationColumns<T, V, L>.Merge(0, Call.Groups, !IsBackward, row, end - row, part, part + Call.Groups, first, second);
            NormalizationColumns<T, T, ScalarLanes<T>>.Merge(g, Call.Groups, !IsBackward, row, end - row, part, part + Call.Groups, first, second);
        }

        private readonly void WriteRows(int row, int end)
        {
            int rows = end - row, groups = Call.Groups;
            nint start = (nint)row * groups;
            T* dy = Call.Dy + start, x = Call.X + start, y = Call.Y + start;
            if (IsBackward)
            {
                int g = NormalizationColumns<T, V, L>.Gradient(0, groups, dy, x, y, rows, groups, Call.Mean, Scale, Tilt, Shift);
                NormalizationColumns<T, T, ScalarLanes<T>>.Gradient(g, groups, dy, x, y, rows, groups, Call.Mean, Scale, Tilt, Shift);
            }
            else
            {
                int g = NormalizationColumns<T, V, L>.Write(0, groups, x, y, rows, groups, Call.Mean, Scale, Shift);
                NormalizationColumns<T, T, ScalarLanes<T>>.Write(g, groups, x, y, rows, groups, Call.Mean, Scale, Shift);
            }
        }

        // Example by example: the groups of one are side by side.
        private readonly void WriteRuns(int run, int end)
        {
            while (run < end)
            {
                int g = run % Call.Groups, runs = Math.Min(Call.Groups - g, end - run), n = Call.Inner;
                nint start = (nint)run * n;
                T* x = Call.X + start, y = Call.Y + start;
                if (IsBackward)
                    NormalizationLoops<T, V, L>.GradientOfRuns(Call.Dy + start, x, y, runs, n, Call.Mean + g, Scale + g, Tilt + g, Shift + g);
                else
                    NormalizationLoops<T, V, L>.WriteRuns(x, y, runs, n, Call.Mean + g, Scale + g, Shift + g);
                run += runs;
            }
        }

        private readonly int Together => Math.Clamp(NormalizationLoops<T, V, L>.BlockLength / Call.Inner, 1, Call.Outer);

        // From one run of a group to the next.
        private readonly nint Pitch => (nint)Call.Groups * Call.Inner;

        // From a block of runs to the one that is read next, the last one's being the first of the next group.
        private readonly nint Ahead(int o, int runs) => o + runs < Call.Outer ? runs * Pitch : Call.Inner - o * Pitch;

        private readonly nint Start(int o, int g) => ((nint)o * Call.Groups + g) * Call.Inner;

        private static (int First, int End) Range(int length, int part, int parts) =>
            ((int)((long)length * part / parts), (int)((long)length * (part + 1) / parts));
    }
}
