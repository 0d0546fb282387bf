using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>Means and covariances to start from: means are observations chosen far apart (k-means++, Arthur and Vassilvitskii 2007), covariances the data's.</summary>
internal static class GaussianStart
{
    public static (double[] Means, double[] Covariances) Draw(
        IReadOnlyList<double[][]> sequences, int units, int dimensions, int covarianceSize, double floor, RandomKey key)
    {
        var means = new double[units * dimensions];
        var covariances = new double[units * covarianceSize];
        double[] variance = Variances(sequences, dimensions, floor);
        for (int i = 0; i < units * dimensions; i++)
        {
            int u = i / dimensions, d = i % dimensions;
            covariances[u * covarianceSize + (covarianceSize == dimensions ? d : d * dimensions + d)] = variance[d];
        }

        double[][] candidates = EmissionParts.Sample(sequences, Math.Max(64, 16 * units), key.Fork("candidates"));
        if (candidates.Length == 0)
        {
            key.FillNormal(means.AsSpan());
            return (means, covariances);
        }

        var distance = new double[candidates.Length];
        Array.Fill(distance, 1);
        for (int u = 0; u < units; u++)
        {
            double[] chosen = candidates[EmissionParts.Draw(distance, key.Uniform((ulong)u + 1))];
            chosen.CopyTo(means, u * dimensions);
            for (int c = 0; c < candidates.Length; c++)
            {
                double squared = 0;
                for (int d = 0; d < dimensions; d++) squared += (candidates[c][d] - chosen[d]) * (candidates[c][d] - chosen[d]) / variance[d];
                distance[c] = u == 0 ? squared : Math.Min(distance[c], squared);
            }

            if (distance.Sum() == 0) Array.Fill(distance, 1);
        }

        return (means, covariances);
    }

    private static double[] Variances(IReadOnlyList<double[][]> sequences, int dimensions, double floor)
    {
        var variance = new double[dimensions];
        double count = sequences.Sum(sequence => (double)sequence.Length);
        for (int d = 0; d < dimensions; d++)
        {
            if (count > 0)
            {
                double mean = sequences.Sum(sequence => sequence.Sum(x => x[d])) / count;
                variance[d] = sequences.Sum(sequence => sequence.Sum(x => (x[d] - mean) * (x[d] - mean))) / count;
            }

            variance[d] = Math.Max(variance[d], floor);
            if (variance[d] == 0) variance[d] = 1;
        }

        return variance;
    }
}
