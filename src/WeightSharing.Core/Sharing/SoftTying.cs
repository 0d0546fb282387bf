using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>
/// Soft sharing: a weight that is free, but drawn to where it would be tied by the penalty λ‖w − Proj w‖². With λ from 0 to infinity it goes from not
/// shared to shared; on a smooth loss its distance to the tied solution falls as 1/λ.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <example>
/// Soft at first, tied at the end:
/// <code>
/// var soft = new SoftTying&lt;float&gt;(layer.Weight, Tying.Palindrome(9));
/// var schedule = new SoftToHard(1e-3, 1e3, steps: 1000);
/// (Loss.MeanSquaredError(layer.Forward(x), y) + soft.Penalty(schedule.Strength(step))).Backward();
/// …
/// double residual = tied.SetNearest(layer);      // the same layer made with tying: Tying.Palindrome(9)
/// </code></example>
public sealed class SoftTying<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool neighboursOnly;

    /// <summary>A weight that is drawn to a tying.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="tying">Acts on the trailing dimensions of the weight's shape and repeats over the leading ones.</param>
    /// <exception cref="ArgumentException">The tying's full shape is not a trailing part of the weight's.</exception>
    public SoftTying(Weight<T> weight, Tying tying)
        : this(weight, tying, neighboursOnly: false)
    {
    }

    private SoftTying(Weight<T> weight, Tying tying, bool neighboursOnly)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(tying);
        int lead = weight.Shape.Rank - tying.FullShape.Rank;
        if (lead < 0 || weight.Shape.Slice(lead, weight.Shape.Rank) != tying.FullShape)
        {
            throw new ArgumentException($"SoftTying: the tying {tying} for weight {weight}; its full shape must be a trailing part of the weight's.", nameof(tying));
        }

        (Weight, Tying, this.neighboursOnly) = (weight, tying, neighboursOnly);
    }

    /// <summary>The weight.</summary>
    public Weight<T> Weight { get; }

    /// <summary>Where it is drawn to.</summary>
    public Tying Tying { get; }

    /// <summary>‖w − Proj w‖₂ now.</summary>
    public double Distance => Tying.Distance(Weight.Value);

    /// <summary>
    /// Weights that change over time as a random walk, such as a recurrent net's: W [steps, ..] with the penalty λΣ‖W[t + 1] − W[t]‖². Without bound it ties
    /// all steps to one weight, which is the ordinary recurrent net.
    /// </summary>
    /// <param name="weight">[steps, ..].</param>
    /// <exception cref="ArgumentException">A weight without dimensions or steps.</exception>
    public static SoftTying<T> RandomWalk(Weight<T> weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Shape.Rank == 0 || weight.Shape[0] == 0
            ? throw new ArgumentException($"SoftTying.RandomWalk: the weight {weight}; expected [steps, ..] with at least one step.", nameof(weight))
            : new SoftTying<T>(weight, Tying.OverPositions(weight.Shape[0], weight.Shape.Slice(1, weight.Shape.Rank)), neighboursOnly: true);
    }

    // ℓ = λ‖w − P·w‖²       ∂w += 2λ∂ℓ·(w − P·w), since P is an orthogonal projection
    /// <summary>λ‖w − Proj w‖², or λΣ‖W[t + 1] − W[t]‖² of a random walk: a term to add to the loss. It does not count as a use of the weight.</summary>
    /// <param name="strength">λ.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is not a finite number of at least 0.</exception>
    public Tensor<T> Penalty(double strength)
    {
        if (!(strength >= 0) || double.IsInfinity(strength))
        {
            throw new ArgumentOutOfRangeException(nameof(strength), $"SoftTying: strength {strength}; expected a finite number, at least 0.");
        }

        using UsageLedgerScope silent = UsageLedger.Off();
        Tensor<T> w = Weight.Use();
        Tensor<T> away = neighboursOnly ? w.Slice(0, 1, w.Shape[0]) - w.Slice(0, 0, w.Shape[0] - 1) : w - Tying.Project(w);
        return (away * away).Sum() * T.CreateChecked(strength);
    }

    /// <summary>Moves the weight to the nearest tied one; returns how far that was. A free weight then behaves exactly as the tied.</summary>
    public double Harden()
    {
        using NoGrad off = NoGrad.Begin();
        double distance = Distance;
        Weight.SetFull(Tying.Project(Weight.Value));
        return distance;
    }
}

/// <summary>A strength that grows from soft to hard: geometrically over some steps, then constant.</summary>
public sealed class SoftToHard
{
    private readonly double first, last;
    private readonly long steps;

    /// <summary>From one strength to another.</summary>
    /// <param name="first">Above 0.</param>
    /// <param name="last">Above 0.</param>
    /// <param name="steps">After how many steps the last is reached.</param>
    /// <exception cref="ArgumentOutOfRangeException">A strength is not a finite number above 0, or there are no steps.</exception>
    public SoftToHard(double first, double last, long steps)
    {
        if (!(first > 0 && last > 0) || double.IsInfinity(first) || double.IsInfinity(last) || steps < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"SoftToHard: from {first} to {last} over {steps} steps; expected finite strengths above 0 and at least one step.");
        }

        (this.first, this.last, this.steps) = (first, last, steps);
    }

    /// <summary>λ for the step after <paramref name="step"/> others.</summary>
    public double Strength(long step) => first * Math.Pow(last / first, Math.Clamp((double)step / steps, 0, 1));
}
