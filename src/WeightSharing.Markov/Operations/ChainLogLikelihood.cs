using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>The log-likelihood of a hidden Markov chain as a differentiable operation: for a chain on top of a network, and for training by gradients.</summary>
public static class ChainLogLikelihood
{
    // ℓ = ln Σ_paths exp(π(s₁) + Σ_t A(s_{t−1}, s_t) + Σ_t b_t(s_t))      ∂π += ∂ℓ·γ₁      ∂A += ∂ℓ·Σ_t ξ_t      ∂b += ∂ℓ·γ
    /// <summary>
    /// ln P from logarithms: the gradients are the expected counts of starts and transitions and the posteriors. Logarithms need not be normalised
    /// (a linear-chain conditional random field is the difference of two such values); −∞ forbids, without any gradient.
    /// </summary>
    /// <param name="logStart">[S].</param>
    /// <param name="logTransitions">[S, S], row = from.</param>
    /// <param name="logEmissions">[T, S], or [N, T, S] for a batch.</param>
    /// <param name="lengths">[N] numbers of steps from the front that count; null is T for all.</param>
    /// <returns>A scalar, or [N].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a length lies outside 0 … T.</exception>
    public static Tensor<double> Of(Tensor<double> logStart, Tensor<double> logTransitions, Tensor<double> logEmissions, Tensor<int>? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(logStart);
        ArgumentNullException.ThrowIfNull(logTransitions);
        ArgumentNullException.ThrowIfNull(logEmissions);
        bool batch = logEmissions.Rank == 3;
        int states = logStart.Count, steps = logEmissions.Rank < 2 ? -1 : logEmissions.Shape[-2];
        if (logStart.Rank != 1 || logTransitions.Shape != new Shape(states, states) || steps < 0 || logEmissions.Rank > 3 || logEmissions.Shape[-1] != states)
        {
            throw new ArgumentException(
                $"ChainLogLikelihood: start {logStart.Shape} · transitions {logTransitions.Shape} · emissions {logEmissions.Shape}; expected [S], [S, S] and [T, S] or [N, T, S] with one S.");
        }

        int count = batch ? logEmissions.Shape[0] : 1;
        if (lengths is not null && (!batch || lengths.Shape != new Shape(count)))
        {
            throw new ArgumentException($"ChainLogLikelihood: lengths {lengths.Shape} for emissions {logEmissions.Shape}; a batch [N, T, S] has lengths [N].", nameof(lengths));
        }

        int[] each = lengths?.ToArray() ?? [.. Enumerable.Repeat(steps, count)];
        foreach (int length in each)
        {
            if (length < 0 || length > steps) throw new ArgumentException($"ChainLogLikelihood: a length of {length}; emissions {logEmissions.Shape} have 0 to {steps} steps.", nameof(lengths));
        }

        var sums = new PathSums(logStart.ToArray(), logTransitions.ToArray(), logEmissions.ToArray(), each, steps);
        double[] values = [.. Enumerable.Range(0, count).Select(n => sums.Value(n))];
        Tensor<double> result = batch ? Tensor.Wrap(values, count) : Tensor.Scalar(values[0]);
        return result.RecordedBy(new ChainNode(logStart, logTransitions, logEmissions, each, sums));
    }

    /// <summary>The same of recorded operations, step by step: what gradients of gradients are taken from.</summary>
    internal static Tensor<double> Composed(Tensor<double> logStart, Tensor<double> logTransitions, Tensor<double> logEmissions, int[] lengths)
    {
        if (logEmissions.Rank == 2) return One(logEmissions, lengths[0]);
        return Tensor.Stack<double>([.. lengths.Select((length, n) => One(logEmissions.Select(0, n), length))]);

        Tensor<double> One(Tensor<double> b, int length)
        {
            if (length == 0) return (logStart * 0.0).Sum();
            Tensor<double> alpha = logStart + b.Select(0, 0);
            for (int t = 1; t < length; t++) alpha = (alpha.Unsqueeze(1) + logTransitions).LogSumExp(0) + b.Select(0, t);
            return alpha.LogSumExp();
        }
    }

    private sealed class ChainNode(Tensor<double> start, Tensor<double> transitions, Tensor<double> emissions, int[] lengths, PathSums sums)
        : Node<double>(start, transitions, emissions)
    {
        private readonly Saved<double> start = new(start), transitions = new(transitions), emissions = new(emissions);

        public override string Name => "ChainLogLikelihood";

        protected override void Backward(Tensor<double> dy, GradientSink to)
        {
            Tensor<double> logStart = Recall(start), logTransitions = Recall(transitions), logEmissions = Recall(emissions);
            if (to.IsDifferentiable)
            {
                // Copies of their own: the operands may come from each other, and each gradient is that of its own place.
                Tensor<double>[] all = [logStart * 1.0, logTransitions * 1.0, logEmissions * 1.0];
                Tensor<double> value = Composed(all[0], all[1], all[2], lengths);
                var wanted = new List<int>();
                for (int i = 0; i < all.Length; i++)
                {
                    if (to.Wants(i)) wanted.Add(i);
                }

                Tensor<double>[] gradients = Gradient.Of(value, [.. wanted.Select(i => all[i])], dy.Reshape(value.Shape), differentiable: true);
                foreach ((int at, int operand) in wanted.Index()) to.Add(operand, gradients[at]);
                return;
            }

            double[] upstream = dy.ToArray();
            (double[] byStart, double[] byTransitions, double[] byEmissions) = sums.Gradients(upstream);
            to.Add(0, Tensor.Wrap(byStart, logStart.Shape));
            to.Add(1, Tensor.Wrap(byTransitions, logTransitions.Shape));
            to.Add(2, Tensor.Wrap(byEmissions, logEmissions.Shape));
        }
    }

    /// <summary>The numbers of one call: kept for its backward pass.</summary>
    private sealed class PathSums
    {
        private readonly HmmChain chain;
        private readonly double[] emissions, values;
        private readonly double startShift, transitionShift;
        private readonly int[] lengths;
        private readonly int states, steps;

        public PathSums(double[] logStart, double[] logTransitions, double[] emissions, int[] lengths, int steps)
        {
            (this.emissions, this.lengths, this.steps, states) = (emissions, lengths, steps, logStart.Length);
            // Numbers of any size: the largest of each becomes one.
            (startShift, transitionShift) = (Largest(logStart), Largest(logTransitions));
            chain = new HmmChain(
                [.. logStart.Select(x => Math.Exp(x - startShift))], [.. logTransitions.Select(x => Math.Exp(x - transitionShift))], new bool[states], -1);
            values = new double[lengths.Length];
            for (int n = 0; n < lengths.Length; n++)
            {
                values[n] = ForwardBackward.Run(chain, Source(n), lengths[n], checkpoint: false, null, null);
                if (lengths[n] > 0) values[n] += startShift + (lengths[n] - 1) * transitionShift;
            }
        }

        public double Value(int n) => values[n];

        public (double[] Start, double[] Transitions, double[] Emissions) Gradients(double[] upstream)
        {
            double[] start = new double[states], transitions = new double[states * states], byEmissions = new double[emissions.Length];
            for (int n = 0; n < lengths.Length; n++)
            {
                if (lengths[n] == 0 || double.IsNegativeInfinity(values[n])) continue;
                double scale = upstream[n];
                int offset = n * steps * states;
                var weights = new ChainWeights(chain);
                ForwardBackward.Run(chain, Source(n), lengths[n], checkpoint: false, weights, (from, count, rows) =>
                {
                    for (int i = 0; i < rows.Length; i++) byEmissions[offset + from * states + i] = scale * rows[i];
                });
                for (int i = 0; i < states; i++)
                {
                    if (chain.Start[i] != 0) start[i] += scale * chain.Start[i] * weights.Start[i];
                    for (int j = 0; j < states; j++)
                    {
                        double a = chain.Transition[i * chain.Stride + j];
                        if (a != 0) transitions[i * states + j] += scale * a * weights.Transitions[i * chain.Stride + j];
                    }
                }
            }

            return (start, transitions, byEmissions);
        }

        private EmissionSource Source(int n) => (from, count, target) => emissions.AsSpan((n * steps + from) * states, count * states).CopyTo(target);

        private static double Largest(double[] x)
        {
            double largest = x.Length == 0 ? 0 : x.Max();
            return double.IsFinite(largest) ? largest : 0;
        }
    }
}
