using System.Numerics;
using System.Text;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>
/// A key of the counter-based random generator (Philox 4×32-10, Salmon et al. 2011): what is drawn depends on the key and on the element's
/// index, never on what was drawn before. So results do not depend on order or threads, and resuming costs nothing.
/// </summary>
/// <param name="Value">The 64 bits of the key.</param>
/// <example><code>
/// RandomKey key = RandomKey.Of(seed: 1).Fork("0.weight");
/// Tensor&lt;float&gt; w = Tensor.Normal&lt;float&gt;([10, 784], key);
/// </code></example>
public readonly record struct RandomKey(ulong Value)
{
    /// <summary>The key of a seed.</summary>
    public static RandomKey Of(long seed) => new(Mix((ulong)seed));

    /// <summary>A key for a named part: the same name gives the same key.</summary>
    public RandomKey Fork(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ulong hash = 14695981039346656037;       // FNV-1a, 64 bits: stable over processes, unlike string.GetHashCode
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 1099511628211;
        return new RandomKey(Mix(Value ^ hash));
    }

    /// <summary>A key for a numbered part, such as a step.</summary>
    public RandomKey Fork(long number) => new(Mix(Value + 0x9E3779B97F4A7C15 * ((ulong)number + 1)));

    /// <summary>A uniform integer from 0 up to, not including, <paramref name="bound"/>, the <paramref name="index"/>-th of this key.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int Below(int bound, ulong index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)(((UInt128)Fork((long)index).Value * (uint)bound) >> 64);
    }

    /// <summary>A uniform number in [0, 1), the <paramref name="index"/>-th of this key.</summary>
    public double Uniform(ulong index = 0) => (Fork((long)index).Value >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills a span with independent deviates, uniform in [low, high).</summary>
    public void FillUniform<T>(Span<T> target, double low = 0, double high = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RandomBits.Uniform(Value, 0, target);
        Rescale(target, high - low, low);
    }

    /// <summary>Fills a span with independent normal deviates.</summary>
    public void FillNormal<T>(Span<T> target, double mean = 0, double standardDeviation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RandomBits.Normal(Value, 0, target);
        Rescale(target, standardDeviation, mean);
    }

    /// <summary>Fills a span with independent ones (with this probability) and zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside 0 … 1.</exception>
    public void FillBernoulli<T>(Span<T> target, double probability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!(probability is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), $"FillBernoulli: probability {probability}; expected 0 to 1.");
        }

        RandomBits.Bernoulli(Value, 0, T.CreateChecked(probability), target);
    }

    private static void Rescale<T>(Span<T> target, double scale, double shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (scale != 1 || shift != 0) Elementwise.Map(target, target, new Affine<T>(T.CreateChecked(scale), T.CreateChecked(shift)));
    }

    // The finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection, so different parts keep different keys.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
