using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>How many inputs feed one output of a weight, and how many outputs one input feeds.</summary>
/// <param name="In">Fan-in, for example Cin/groups · kH · kW of a convolution.</param>
/// <param name="Out">Fan-out, for example Cout/groups · kH · kW.</param>
public readonly record struct Fan(int In, int Out);

/// <summary>Draws the first values of a parameter. The bounds follow from the fans of the full weight, also where a tying leaves fewer free values.</summary>
public sealed class Initializer
{
    private delegate (double Mean, double Deviation) Moments(Fan fan);

    private static readonly Distribution Bell = new NormalDistribution(), Even = new UniformDistribution();

    private readonly Moments moments;
    private readonly Distribution distribution;
    private readonly double gain;

    private Initializer(string name, Moments moments, Distribution distribution, double gain = 1)
    {
        Name = name;
        this.moments = moments;
        this.distribution = distribution;
        this.gain = gain;
    }

    /// <summary>The name, for example <c>KaimingNormal</c>.</summary>
    public string Name { get; }

    /// <summary>Zeros.</summary>
    public static Initializer Zeros { get; } = Constant(0);

    /// <summary>Ones.</summary>
    public static Initializer Ones { get; } = Constant(1);

    /// <summary>Variance 2 / fan-in, normal: for ReLU networks (He et al. 2015, eq. 10).</summary>
    public static Initializer KaimingNormal { get; } = new("KaimingNormal", fan => (0, Math.Sqrt(2.0 / Positive(fan.In))), Bell);

    /// <summary>Variance 2 / fan-in, uniform in ±√(6 / fan-in) (He et al. 2015).</summary>
    public static Initializer KaimingUniform { get; } = new("KaimingUniform", fan => (0, Math.Sqrt(2.0 / Positive(fan.In))), Even);

    /// <summary>Variance 2 / (fan-in + fan-out), normal (Glorot &amp; Bengio 2010, eq. 16).</summary>
    public static Initializer XavierNormal { get; } = new("XavierNormal", fan => (0, Math.Sqrt(2.0 / Positive(fan.In + fan.Out))), Bell);

    /// <summary>Variance 2 / (fan-in + fan-out), uniform (Glorot &amp; Bengio 2010, eq. 16).</summary>
    public static Initializer XavierUniform { get; } = new("XavierUniform", fan => (0, Math.Sqrt(2.0 / Positive(fan.In + fan.Out))), Even);

    /// <summary>Variance 1 / fan-in, normal (LeCun et al. 1998, section 4.6).</summary>
    public static Initializer LeCunNormal { get; } = new("LeCunNormal", fan => (0, Math.Sqrt(1.0 / Positive(fan.In))), Bell);

    /// <summary>Variance 1 / fan-in, uniform in ±√(3 / fan-in) (LeCun et al. 1998).</summary>
    public static Initializer LeCunUniform { get; } = new("LeCunUniform", fan => (0, Math.Sqrt(1.0 / Positive(fan.In))), Even);

    /// <summary>Uniform in ±1/√fan-in: what PyTorch draws for linear layers and convolutions, weight and bias alike. The default of the layers.</summary>
    public static Initializer FanInUniform { get; } = new("FanInUniform", fan => (0, Math.Sqrt(1.0 / (3.0 * Positive(fan.In)))), Even);

    /// <summary>Rows or columns orthonormal, whichever are fewer, of the value as a matrix [first, rest] (Saxe et al. 2014).</summary>
    public static Initializer Orthogonal { get; } = new("Orthogonal", _ => (0, 1), new OrthonormalRows());

    /// <summary>Every value the same.</summary>
    public static Initializer Constant(double value) => new($"Constant({value})", _ => (value, 0), Bell);

    /// <summary>Normal of this deviation, whatever the fans.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative or not finite.</exception>
    public static Initializer Normal(double standardDeviation)
    {
        RequireSpread(standardDeviation);
        return new Initializer($"Normal({standardDeviation})", _ => (0, standardDeviation), Bell);
    }

    /// <summary>
    /// Normal of this deviation without what lies more than <paramref name="limit"/> deviations from 0, whatever the fans; what is left deviates a little
    /// less, by a factor of 0.88 for 2. (PyTorch's <c>trunc_normal_</c> takes the bounds themselves.)
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative or not finite, or the limit is not at least 0.1.</exception>
    public static Initializer TruncatedNormal(double standardDeviation, double limit = 2)
    {
        RequireSpread(standardDeviation);
        return limit >= 0.1
            ? new Initializer($"TruncatedNormal({standardDeviation})", _ => (0, standardDeviation), new TruncatedDistribution(limit))
            : throw new ArgumentOutOfRangeException(nameof(limit), $"Initializer: limit {limit}; expected at least 0.1 deviations.");
    }

    /// <summary>Uniform in ±<paramref name="bound"/>, whatever the fans.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or not finite.</exception>
    public static Initializer Uniform(double bound)
    {
        RequireSpread(bound);
        return new Initializer($"Uniform({bound})", _ => (0, bound / Math.Sqrt(3)), Even);
    }

    /// <summary>Uniform in ±<paramref name="factor"/>/√fan-in, such as 2.4 in LeCun et al. 1989.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Initializer ScaledFanInUniform(double factor)
    {
        RequireSpread(factor);
        return new Initializer($"ScaledFanInUniform({factor})", fan => (0, factor / Math.Sqrt(3.0 * Positive(fan.In))), Even);
    }

    /// <summary>The same, every value times <paramref name="factor"/>, such as the gain of a nonlinearity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public Initializer WithGain(double factor)
    {
        RequireSpread(factor);
        return new Initializer($"{Name}·{factor}", moments, distribution, gain * factor);
    }

    /// <summary>Draws values: each depends on the key and its position alone.</summary>
    public void Fill<T>(Tensor<T> target, Fan fan, RandomKey key)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(target);
        (double mean, double deviation) = moments(fan);
        if (deviation == 0)
        {
            target.Fill(T.CreateChecked(mean * gain));
            return;
        }

        distribution.Fill(target, key, gain * mean, gain * deviation);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static int Positive(int fan) => Math.Max(fan, 1);

    private static void RequireSpread(double value)
    {
        if (!(value >= 0) || double.IsInfinity(value)) throw new ArgumentOutOfRangeException(nameof(value), $"Initializer: {value}; expected a finite number, at least 0.");
    }

    /// <summary>Independent values of a mean and a deviation, or values that depend on each other.</summary>
    private abstract class Distribution
    {
        public abstract void Fill<T>(Tensor<T> target, RandomKey key, double mean, double deviation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    private sealed class NormalDistribution : Distribution
    {
        public override void Fill<T>(Tensor<T> target, RandomKey key, double mean, double deviation) =>
            target.CopyFrom(Tensor.Normal<T>(target.Shape, key, mean, deviation));
    }

    private sealed class UniformDistribution : Distribution
    {
        public override void Fill<T>(Tensor<T> target, RandomKey key, double mean, double deviation)
        {
            double half = deviation * Math.Sqrt(3);
            target.CopyFrom(Tensor.Uniform<T>(target.Shape, key, mean - half, mean + half));
        }
    }

    // What lies outside is drawn again, with the key of the attempt: a value depends on the key and its position alone.
    private sealed class TruncatedDistribution(double limit) : Distribution
    {
        public override void Fill<T>(Tensor<T> target, RandomKey key, double mean, double deviation)
        {
            var values = new T[target.Count];
            var drawn = new double[target.Count];
            int[] open = [.. Enumerable.Range(0, values.Length)];
            for (int attempt = 0; open.Length > 0; attempt++)
            {
                key.Fork(attempt).FillNormal<double>(drawn);
                foreach (int i in open) values[i] = T.CreateChecked(mean + deviation * drawn[i]);
                open = [.. open.Where(i => Math.Abs(drawn[i]) > limit)];
            }

            target.CopyFrom(values);
        }
    }

    private sealed class OrthonormalRows : Distribution
    {
        // Modified Gram–Schmidt, twice for orthogonality to rounding, on the rows of the matrix or its transpose.
        public override void Fill<T>(Tensor<T> target, RandomKey key, double mean, double deviation)
        {
            if (target.Count == 0) return;
            int rows = target.Rank == 0 ? 1 : target.Shape[0], columns = target.Count / rows;
            bool wide = rows <= columns;
            int vectors = wide ? rows : columns, length = wide ? columns : rows;
            double[] values = Tensor.Normal<double>([vectors, length], key).ToArray();
            for (int i = 0; i < vectors; i++)
            {
                Span<double> v = values.AsSpan(i * length, length);
                for (int pass = 0; pass < 2; pass++)
                {
                    for (int j = 0; j < i; j++)
                    {
                        ReadOnlySpan<double> u = values.AsSpan(j * length, length);
                        double dot = 0;
                        for (int c = 0; c < length; c++) dot += u[c] * v[c];
                        for (int c = 0; c < length; c++) v[c] -= dot * u[c];
                    }

                    double norm = 0;
                    foreach (double c in v) norm += c * c;
                    norm = Math.Sqrt(norm);
                    for (int c = 0; c < length; c++) v[c] /= norm;
                }
            }

            var result = new T[target.Count];
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++) result[r * columns + c] = T.CreateChecked(deviation * (wide ? values[r * length + c] : values[c * length + r]));
            }

            target.CopyFrom(result);
        }    }
}
