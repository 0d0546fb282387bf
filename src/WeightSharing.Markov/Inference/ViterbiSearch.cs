using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>The most probable path, in segments as <see cref="ForwardBackward"/>: predecessors are kept for one segment at a time.</summary>
internal static class ViterbiSearch
{
    private const int Block = 512;

    public static HmmPath Run(HmmChain chain, EmissionSource source, int length, bool checkpoint, SimdWidth? width = null)
    {
        var paths = new SilentPaths(chain, 1);
        if (length == 0) return paths.Empty() is [var nothing] ? new HmmPath(nothing.LogProbability, nothing.States, []) : Impossible;
        int states = chain.States, stride = chain.Stride;
        SilentPath?[,] between = new SilentPath?[states, states];
        double[] logs = new double[states * stride], values = new double[stride];
        Array.Fill(logs, double.NegativeInfinity);
        for (int i = 0; i < states; i++)
        {
            for (int j = 0; j < states; j++)
            {
                between[i, j] = paths.Between(i, j).FirstOrDefault();
                logs[i * stride + j] = between[i, j]?.LogProbability ?? double.NegativeInfinity;
            }
        }

        int segment = checkpoint ? (int)Math.Ceiling(Math.Sqrt(length)) : length;
        var boundaries = new double[(length + segment - 1) / segment * stride];
        var arguments = new int[segment * states];
        SimdWidth chosen = width ?? Simd.Chosen;
        var sweep = new Sweep(chain, source, logs, arguments, chosen);
        int lastSegment = (length - 1) / segment;
        for (int number = 0; number <= lastSegment; number++)
        {
            int from = number * segment;
            values.CopyTo(boundaries, number * stride);
            sweep.Run(values, from, Math.Min(segment, length - from), paths);
        }

        (double best, int state) = (double.NegativeInfinity, -1);
        for (int s = 0; s < states; s++)
        {
            double value = values[s] + (paths.ToEnd(s).FirstOrDefault()?.LogProbability ?? double.NegativeInfinity);
            if (value > best) (best, state) = (value, s);
        }

        if (state < 0) return Impossible;
        var emitting = new int[length];
        int next = state;
        for (int number = lastSegment; number >= 0; number--)
        {
            int from = number * segment, count = Math.Min(segment, length - from);
            if (number < lastSegment)
            {
                boundaries.AsSpan(number * stride, stride).CopyTo(values);
                sweep.Run(values, from, count, paths);
            }

            for (int t = count - 1; t >= 0; t--)
            {
                emitting[from + t] = next;
                next = arguments[t * states + next];
            }
        }

        var whole = new List<int>(length);
        for (int t = 0; t < length; t++)
        {
            whole.AddRange(t == 0 ? paths.FromStart(emitting[0])[0].States : between[emitting[t - 1], emitting[t]]!.States);
            whole.Add(chain.Emitting[emitting[t]]);
        }

        whole.AddRange(paths.ToEnd(state)[0].States);
        return new HmmPath(best, whole, [.. emitting.Select(s => chain.Emitting[s])]);
    }

    private static HmmPath Impossible => new(double.NegativeInfinity, [], []);

    private sealed class Sweep(HmmChain chain, EmissionSource source, double[] logs, int[] arguments, SimdWidth width)
    {
        private readonly double[] rows = new double[Block * chain.States];
        private readonly double[] padded = new double[Block * chain.Stride];
        private readonly double[] scratch = new double[2 * chain.Stride];

        public void Run(double[] values, int from, int count, SilentPaths paths)
        {
            int states = chain.States, stride = chain.Stride;
            Array.Fill(padded, double.NegativeInfinity);
            for (int at = 0; at < count; at += Block)
            {
                int steps = Math.Min(Block, count - at), skipped = 0;
                source(from + at, steps, rows.AsSpan(0, steps * states));
                for (int t = 0; t < steps; t++) rows.AsSpan(t * states, states).CopyTo(padded.AsSpan(t * stride));
                if (from + at == 0)
                {
                    for (int s = 0; s < states; s++)
                    {
                        values[s] = (paths.FromStart(s).FirstOrDefault()?.LogProbability ?? double.NegativeInfinity) + padded[s];
                    }

                    skipped = 1;
                }

                MaxPlus.Sweep(
                    values, logs, padded.AsSpan(skipped * stride), arguments.AsSpan((at + skipped) * states, (steps - skipped) * states), scratch, states, stride, width);
            }
        }
    }
}
