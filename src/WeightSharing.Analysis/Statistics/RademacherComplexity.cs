using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// Empirical Rademacher complexity: how well a class of functions fits random signs on given examples, Eσ[sup_f 1/n·Σ σᵢ·f(xᵢ)] (Bartlett and Mendelson 2002). 0 is a class that fits no
/// noise; 1, for functions with values in [−1, 1], one that fits any.
/// </summary>
public static class RademacherComplexity
{
    /// <summary>
    /// The estimate from trainings: each draws signs for the examples, trains afresh on them and reports the best correlation. Training finds a lower bound of the supremum.
    /// </summary>
    /// <param name="examples">n.</param>
    /// <param name="draws">Number of draws to average over.</param>
    /// <param name="fit">Given n signs (±1) and a seed, trains a fresh model on them and returns its n outputs in [−1, 1].</param>
    /// <param name="seed">Of the signs.</param>
    /// <returns>Mean and standard error over the draws.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No examples or no draws.</exception>
    /// <exception cref="ArgumentException">The outputs are not n numbers of −1 to 1.</exception>
    public static (double Mean, double Error) Estimate(int examples, int draws, Func<int[], long, double[]> fit, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        ArgumentNullException.ThrowIfNull(fit);
        var correlations = new double[draws];
        for (int draw = 0; draw < draws; draw++)
        {
            RandomKey key = RandomKey.Of(seed).Fork("signs").Fork(draw);
            int[] signs = [.. Enumerable.Range(0, examples).Select(i => key.Below(2, (ulong)i) == 0 ? -1 : 1)];
            double[] outputs = fit(signs, (long)key.Value);
            if (outputs.Length != examples || outputs.Any(output => !(output is >= -1 and <= 1)))
            {
                throw new ArgumentException($"RademacherComplexity.Estimate: draw {draw} returned {outputs.Length} outputs; expected {examples} numbers of −1 to 1.", nameof(fit));
            }

            correlations[draw] = outputs.Select((output, i) => output * signs[i]).Average();
        }

        double mean = correlations.Average();
        double variance = draws < 2 ? 0 : correlations.Sum(value => (value - mean) * (value - mean)) / (draws - 1);
        return (mean, Math.Sqrt(variance / draws));
    }

    /// <summary>
    /// Linear functions of bounded norm, exactly up to the average over signs: Eσ‖1/n·Σ σᵢxᵢ‖·B, averaged over <paramref name="draws"/> draws. With shared weights, give the examples as the
    /// tying sees them, Sᵀx.
    /// </summary>
    /// <param name="examples">[n, features].</param>
    /// <param name="bound">B, the largest norm of the weights.</param>
    /// <param name="draws">Number of draws of the signs.</param>
    /// <param name="seed">Of the signs.</param>
    /// <exception cref="ArgumentException">Not a matrix with rows.</exception>
    public static double OfLinear(Tensor<double> examples, double bound, int draws = 200, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Rank != 2 || examples.Shape[0] == 0)
        {
            throw new ArgumentException($"RademacherComplexity.OfLinear: examples {examples.Shape}; expected [n, features] with n at least 1.", nameof(examples));
        }

        int count = examples.Shape[0];
        double total = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            RandomKey key = RandomKey.Of(seed).Fork("signs").Fork(draw);
            Tensor<double> signs = Tensor.From([.. Enumerable.Range(0, count).Select(i => key.Below(2, (ulong)i) == 0 ? -1.0 : 1.0)], [1, count]);
            total += Math.Sqrt(signs.MatMul(examples).ToArray().Sum(value => value * value)) / count;
        }

        return bound * total / draws;
    }
}
