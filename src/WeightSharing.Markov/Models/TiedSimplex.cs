using WeightSharing.Sharing;

namespace WeightSharing.Markov;

/// <summary>
/// Rows of probabilities under a tying: what maximises Σ nₖ·ln θₖ while every row sums to one. Rows that share free values form a component. Where its
/// rows hold the same values equally often the answer is θₖ = nₖ / (cₖ·Σn), tied counts added before they are normalised; otherwise it comes from the
/// multipliers λ of the rows, θₖ = nₖ / Σᵢ λᵢ·cᵢₖ, by Newton's method.
/// </summary>
internal sealed class TiedSimplex
{
    private readonly List<Component> components = [];
    private readonly int rows, columns;
    private readonly Tying tying;

    /// <param name="operation">For messages.</param>
    /// <param name="tying">Full weights [rows, columns].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Entries of a row.</param>
    /// <param name="isFixed">Free values that keep what they are; null is none.</param>
    public TiedSimplex(string operation, Tying tying, int rows, int columns, Func<int, bool>? isFixed = null)
    {
        if (!tying.Signs.IsEmpty) throw new ArgumentException($"{operation}: tying {tying.Name} has negative signs; probabilities cannot be tied to their negatives.");
        (this.rows, this.columns, this.tying) = (rows, columns, tying);
        var row = new SortedDictionary<int, int>[rows];
        int[] root = [.. Enumerable.Range(0, tying.FreeCount)];
        for (int r = 0; r < rows; r++)
        {
            row[r] = [];
            int first = -1;
            for (int c = 0; c < columns; c++)
            {
                int free = tying.Indices[r * columns + c];
                if (free < 0) continue;
                row[r][free] = row[r].GetValueOrDefault(free) + 1;
                if (isFixed?.Invoke(free) == true) continue;
                if (first >= 0) root[Find(free)] = Find(first);
                first = free;
            }
        }

        foreach (IGrouping<int, int> group in Enumerable.Range(0, rows).Where(HasFree).GroupBy(r => Find(row[r].Keys.First(free => isFixed?.Invoke(free) != true))))
        {
            components.Add(Component.Of([.. group.Select(r => row[r])], isFixed));
        }

        int Find(int free)
        {
            while (root[free] != free) free = root[free] = root[root[free]];
            return free;
        }

        bool HasFree(int r) => row[r].Keys.Any(free => isFixed?.Invoke(free) != true);
    }

    /// <summary>Free values less independent constraints.</summary>
    public int DegreesOfFreedom => components.Sum(component => component.Free.Length - component.Rank);

    /// <summary>Adds full counts [rows, columns] up by free value.</summary>
    public double[] Collect(ReadOnlySpan<double> full)
    {
        var free = new double[tying.FreeCount];
        ReadOnlySpan<int> index = tying.Indices;
        for (int i = 0; i < full.Length; i++)
        {
            if (index[i] >= 0) free[index[i]] += full[i];
        }

        return free;
    }

    /// <summary>Replaces θ by the maximiser; a component without counts keeps its values.</summary>
    public void Maximize(ReadOnlySpan<double> counts, Span<double> theta)
    {
        foreach (Component component in components) component.Maximize(counts, theta);
    }

    /// <summary>Throws unless every row sums to one (or is all zero) and no value is negative or not a number.</summary>
    public void Check(string name, ReadOnlySpan<double> full)
    {
        for (int r = 0; r < rows; r++)
        {
            double sum = 0;
            foreach (double value in full.Slice(r * columns, columns))
            {
                if (!(value >= 0)) throw new InvalidOperationException($"{name}: row {r} holds {value}; probabilities lie between 0 and 1.");
                sum += value;
            }

            if (sum != 0 && !(Math.Abs(sum - 1) <= 1e-6))
            {
                throw new InvalidOperationException($"{name}: row {r} sums to {sum}; the probabilities of a row sum to 1 (a row of zeros is allowed: nothing follows).");
            }
        }
    }

    private sealed class Component
    {
        private readonly (int Free, int Count)[][] rows;
        private readonly (int Free, int Count)[][] constants;

        private Component((int, int)[][] rows, (int, int)[][] constants, int[] free, bool uniform, int rank) =>
            (this.rows, this.constants, Free, IsUniform, Rank) = (rows, constants, free, uniform, rank);

        public int[] Free { get; }

        public int Rank { get; }

        private bool IsUniform { get; }

        public static Component Of(SortedDictionary<int, int>[] members, Func<int, bool>? isFixed)
        {
            var distinct = new List<((int Free, int Count)[] Row, (int Free, int Count)[] Constant)>();
            foreach (SortedDictionary<int, int> member in members)
            {
                (int, int)[] row = [.. member.Where(pair => isFixed?.Invoke(pair.Key) != true).Select(pair => (pair.Key, pair.Value))];
                (int, int)[] constant = [.. member.Where(pair => isFixed?.Invoke(pair.Key) == true).Select(pair => (pair.Key, pair.Value))];
                if (!distinct.Exists(known => known.Row.AsSpan().SequenceEqual(row) && known.Constant.AsSpan().SequenceEqual(constant))) distinct.Add((row, constant));
            }

            int[] free = [.. distinct.SelectMany(pair => pair.Row).Select(pair => pair.Free).Distinct().Order()];
            return new Component(
                [.. distinct.Select(pair => pair.Row)], [.. distinct.Select(pair => pair.Constant)], free, distinct.Count == 1, RankOf(distinct, free));
        }

        public void Maximize(ReadOnlySpan<double> counts, Span<double> theta)
        {
            double total = 0;
            foreach (int free in Free) total += counts[free];
            if (!(total > 0)) return;
            var target = new double[rows.Length];
            for (int r = 0; r < rows.Length; r++)
            {
                target[r] = 1;
                foreach ((int free, int count) in constants[r]) target[r] -= count * theta[free];
            }

            if (IsUniform)
            {
                foreach ((int free, int count) in rows[0]) theta[free] = target[0] * counts[free] / (count * total);
                return;
            }

            Newton(counts, theta, target, total);
        }

        // min over λ of g = Σᵢ λᵢ·targetᵢ − Σₖ nₖ·ln Σᵢ cᵢₖ·λᵢ, convex; at the minimum θₖ = nₖ / Σᵢ cᵢₖ·λᵢ fulfils every row.
        private void Newton(ReadOnlySpan<double> counts, Span<double> theta, double[] target, double total)
        {
            int n = rows.Length;
            var number = new Dictionary<int, int>();
            foreach (int free in Free) number[free] = number.Count;
            // A value that nobody used may still be needed to make a row sum to one.
            var weight = new double[Free.Length];
            foreach ((int free, int k) in number) weight[k] = Math.Max(counts[free], 1e-13 * total);
            double[] lambda = new double[n];
            Array.Fill(lambda, total / n);
            for (int iteration = 0; iteration < 200; iteration++)
            {
                double[] sums = Sums(lambda);
                var gradient = new double[n];
                var hessian = new double[n, n];
                for (int i = 0; i < n; i++)
                {
                    gradient[i] = target[i];
                    foreach ((int free, int count) in rows[i]) gradient[i] -= count * weight[number[free]] / sums[number[free]];
                    for (int j = 0; j < n; j++)
                    {
                        foreach ((int free, int count) in rows[i])
                        {
                            int other = Array.Find(rows[j], pair => pair.Free == free).Count;
                            int k = number[free];
                            hessian[i, j] += count * other * weight[k] / (sums[k] * sums[k]);
                        }
                    }
                }

                if (gradient.Max(Math.Abs) < 1e-14) break;
                for (int i = 0; i < n; i++) hessian[i, i] += 1e-13 * hessian[i, i] + 1e-300;
                double[] step = LinearAlgebra.Solve(hessian, gradient);
                double value = Value(lambda), length = 1, slope = gradient.Zip(step, (g, s) => g * s).Sum();
                double[] next = lambda;
                for (int halving = 0; halving < 60; halving++, length /= 2)
                {
                    next = [.. lambda.Zip(step, (l, s) => l - length * s)];
                    if (Sums(next).All(sum => sum > 0) && Value(next) <= value - 1e-4 * length * slope + 1e-13 * Math.Abs(value)) break;
                }

                lambda = next;
            }

            double[] final = Sums(lambda);
            foreach ((int free, int k) in number) theta[free] = weight[k] / final[k];

            double[] Sums(double[] at)
            {
                var sums = new double[Free.Length];
                for (int i = 0; i < n; i++)
                {
                    foreach ((int free, int count) in rows[i]) sums[number[free]] += count * at[i];
                }

                return sums;
            }

            double Value(double[] at)
            {
                double value = at.Zip(target, (l, t) => l * t).Sum();
                double[] sums = Sums(at);
                for (int k = 0; k < sums.Length; k++) value -= weight[k] * Math.Log(sums[k]);
                return value;
            }
        }

        private static int RankOf(List<((int Free, int Count)[] Row, (int Free, int Count)[] Constant)> distinct, int[] free)
        {
            var matrix = new double[distinct.Count, free.Length];
            for (int r = 0; r < distinct.Count; r++)
            {
                foreach ((int k, int count) in distinct[r].Row) matrix[r, Array.IndexOf(free, k)] = count;
            }

            return LinearAlgebra.Rank(matrix);
        }
    }
}
