using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>Gaussian log-densities composed of recorded operations, so that means and covariances get gradients of any order.</summary>
internal static class GaussianDensityTensor
{
    /// <summary>ln N(x_t; μ_u, Σ_u): [T, U].</summary>
    /// <param name="sequence">T observations of D numbers.</param>
    /// <param name="means">[U, D].</param>
    /// <param name="covariances">[U, D] or [U, D, D], of which the lower triangle is read.</param>
    public static Tensor<double> Of(ReadOnlySpan<double[]> sequence, Tensor<double> means, Tensor<double> covariances)
    {
        int steps = sequence.Length, dimensions = means.Shape[1];
        var flat = new double[steps * dimensions];
        for (int t = 0; t < steps; t++)
        {
            if (sequence[t].Length != dimensions)
            {
                throw new ArgumentException($"Gaussian: the observation at position {t} has {sequence[t].Length} numbers; the model's have {dimensions}.");
            }

            sequence[t].CopyTo(flat, t * dimensions);
        }

        Tensor<double> x = Tensor.Wrap(flat, [steps, 1, dimensions]);
        Tensor<double> difference = x - means.Unsqueeze(0);                                  // [T, U, D]
        double constant = dimensions * Math.Log(2 * Math.PI);
        if (covariances.Rank == 2)
        {
            Tensor<double> squared = (difference * difference / covariances.Unsqueeze(0)).Sum(2) + covariances.Log().Sum(1).Unsqueeze(0);
            return (squared + constant) * -0.5;
        }

        // Σ = L·Lᵀ entry by entry, each a tensor [U]; then L·z = x − μ.
        var l = new Tensor<double>[dimensions, dimensions];
        var z = new Tensor<double>[dimensions];
        Tensor<double>? distance = null, logDeterminant = null;
        for (int i = 0; i < dimensions; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Tensor<double> sum = covariances.Select(1, i).Select(1, j);
                for (int k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? sum.Sqrt() : sum / l[j, j];
            }

            Tensor<double> rest = difference.Select(2, i);
            for (int k = 0; k < i; k++) rest -= l[i, k].Unsqueeze(0) * z[k];
            z[i] = rest / l[i, i].Unsqueeze(0);
            distance = distance is null ? z[i] * z[i] : distance + z[i] * z[i];
            Tensor<double> log = l[i, i].Log() * 2;
            logDeterminant = logDeterminant is null ? log : logDeterminant + log;
        }

        return (distance! + logDeterminant!.Unsqueeze(0) + constant) * -0.5;
    }
}
