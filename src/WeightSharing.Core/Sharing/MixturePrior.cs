using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>
/// Soft sharing without saying which weights: each is drawn to one of a few values, which are learned with them. The penalty is the weights' negative
/// log-likelihood under a mixture of Gaussians, −Σ_i ln Σ_j π_j·N(w_i; μ_j, σ_j²), whose parts, means and deviations are parameters.
/// </summary>
/// <remarks>
/// Nowlan and Hinton, "Simplifying neural networks by soft weight-sharing", 1992. Start from weights that are trained already: from random ones the
/// narrow components take hold of whatever lies near them.
/// </remarks>
/// <typeparam name="T">Element type.</typeparam>
public sealed class MixturePrior<T> : IParameterized<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Weight<T>[] weights;
    private readonly Parameter<T> means, logDeviations, logits;

    /// <summary>A mixture over some weights.</summary>
    /// <param name="components">How many Gaussians.</param>
    /// <param name="weights">The weights, each seen once however often it is used.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one component.</exception>
    /// <exception cref="ArgumentException">No weights.</exception>
    public MixturePrior(int components, params IEnumerable<Weight<T>> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(components);
        ArgumentNullException.ThrowIfNull(weights);
        this.weights = [.. weights.DistinctBy(weight => weight.Parameter)];
        if (this.weights.Length == 0) throw new ArgumentException("MixturePrior: no weights; give at least one.", nameof(weights));
        (means, logDeviations, logits) = (new Parameter<T>(components), new Parameter<T>(components), new Parameter<T>(components));
        Parameters = new ParameterSet<T>([("means", means), ("log_deviations", logDeviations), ("logits", logits)]);
    }

    /// <summary>means, log_deviations and logits, each [components]: give them to an optimizer together with the weights.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>μ_j.</summary>
    public Tensor<T> Means => means.Value.Detach();

    /// <summary>σ_j.</summary>
    public Tensor<T> Deviations => logDeviations.Value.Detach().Exp();

    /// <summary>π_j.</summary>
    public Tensor<T> Proportions => logits.Value.Detach().Softmax(0);

    /// <summary>Spreads the means evenly over the weights' present range, with equal parts, and deviations of half the distance between the means.</summary>
    /// <exception cref="InvalidOperationException">The weights have no values yet.</exception>
    public void Fit()
    {
        using NoGrad off = NoGrad.Begin();
        Tensor<T> w = Values();
        int count = means.Count;
        double low = double.CreateChecked(w.Min().Item()), high = double.CreateChecked(w.Max().Item());
        double gap = Math.Max((high - low) / count, 1e-3);
        means.Set(Tensor.From([.. Enumerable.Range(0, count).Select(j => T.CreateChecked(low + (high - low) * (j + 0.5) / count))], count));
        logDeviations.Set(Tensor.Full<T>(count, T.CreateChecked(Math.Log(gap / 2))));
        logits.Set(Tensor.Zeros<T>(count));
    }

    // ℓ = −λ·Σ_i ln Σ_j exp(ln π_j − ln σ_j − ½((w_i − μ_j)/σ_j)² − ½ ln 2π)
    /// <summary>λ times the negative log-likelihood: a term to add to the loss. It does not count as a use of the weights.</summary>
    /// <param name="strength">λ.</param>
    /// <param name="smallestDeviation">Added to every σ: without a bound a component that sits on one weight would gain without end.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is not a finite number of at least 0.</exception>
    public Tensor<T> Penalty(double strength, double smallestDeviation = 1e-3)
    {
        if (!(strength >= 0) || double.IsInfinity(strength))
        {
            throw new ArgumentOutOfRangeException(nameof(strength), $"MixturePrior: strength {strength}; expected a finite number, at least 0.");
        }

        using UsageLedgerScope silent = UsageLedger.Off();
        return Joint(Values(), smallestDeviation).LogSumExp(1).Sum() * T.CreateChecked(-strength);
    }

    /// <summary>The probability that each weight belongs to each component: [weights, components].</summary>
    public Tensor<T> Responsibilities(double smallestDeviation = 1e-3)
    {
        using NoGrad off = NoGrad.Begin();
        return Joint(Values(), smallestDeviation).Softmax(1);
    }

    /// <summary>
    /// The tying that the mixture has found, for each weight in the order in which they were given: entries of one component are one free value. The end of
    /// the way from soft to hard.
    /// </summary>
    public IReadOnlyList<Tying> ToTyings()
    {
        T[] probabilities = Responsibilities().ToArray();
        int count = means.Count, at = 0;
        var tyings = new List<Tying>();
        foreach (Weight<T> weight in weights)
        {
            var best = new int[weight.Shape.Count];
            for (int i = 0; i < best.Length; i++, at++)
            {
                for (int j = 1; j < count; j++)
                {
                    if (probabilities[at * count + j] > probabilities[at * count + best[i]]) best[i] = j;
                }
            }

            int[] used = [.. best.Distinct().Order()];
            tyings.Add(Tying.Classes(weight.Shape, [.. best.Select(component => Array.IndexOf(used, component))]));
        }

        return tyings;
    }

    private Tensor<T> Values() => Tensor.Concat([.. weights.Select(weight => weight.Use().Reshape([weight.Shape.Count]))], 0);

    private Tensor<T> Joint(Tensor<T> w, double smallestDeviation)
    {
        Tensor<T> deviations = logDeviations.Value.Exp() + T.CreateChecked(smallestDeviation);
        Tensor<T> z = (w.Unsqueeze(1) - means.Value) / deviations;
        Tensor<T> constant = logits.Value.LogSoftmax(0) - deviations.Log() - T.CreateChecked(0.5 * Math.Log(2 * Math.PI));
        return constant - z * z * T.CreateChecked(0.5);
    }
}
