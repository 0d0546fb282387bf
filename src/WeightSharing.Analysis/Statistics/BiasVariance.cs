namespace WeightSharing.Analysis;

/// <summary>
/// Bias and variance of a learner from models that it made of different training samples, for probabilities against classes: the squared error splits exactly,
/// mean error = bias² + variance (Geman, Bienenstock and Doursat 1992), and the main prediction and its variance by majority (Domingos 2000) stand beside.
/// </summary>
/// <param name="SquaredError">Mean over models and examples of Σ_c (p_c − y_c)², y the class as a unit vector.</param>
/// <param name="Bias">Mean over examples of Σ_c (p̄_c − y_c)², p̄ the mean over models: squared.</param>
/// <param name="Variance">Mean over models and examples of Σ_c (p_c − p̄_c)².</param>
/// <param name="ErrorRate">Mean fraction of wrong classes.</param>
/// <param name="MainErrorRate">Fraction of examples whose majority vote over models is wrong: Domingos's bias.</param>
/// <param name="DisagreementRate">Mean fraction of models that differ from the majority: Domingos's variance.</param>
public sealed record BiasVariance(double SquaredError, double Bias, double Variance, double ErrorRate, double MainErrorRate, double DisagreementRate)
{
    /// <summary>Splits the error of models that were trained on different samples.</summary>
    /// <param name="probabilities">[model][example][class], one model a sample; each example's sum to 1.</param>
    /// <param name="classes">The true class of each example.</param>
    /// <exception cref="ArgumentException">Fewer than two models, or lengths that do not fit.</exception>
    public static BiasVariance Of(IReadOnlyList<double[][]> probabilities, IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(classes);
        if (probabilities.Count < 2) throw new ArgumentException($"BiasVariance.Of: {probabilities.Count} models; at least 2 are needed to see a variance.", nameof(probabilities));
        foreach (double[][] model in probabilities)
        {
            if (model.Length != classes.Count || classes.Count == 0)
            {
                throw new ArgumentException($"BiasVariance.Of: a model with {model.Length} predictions for {classes.Count} examples; expected one an example, and at least one.", nameof(probabilities));
            }
        }

        int models = probabilities.Count;
        double error = 0, bias = 0, variance = 0, wrong = 0, mainWrong = 0, disagree = 0;
        for (int i = 0; i < classes.Count; i++)
        {
            int count = probabilities[0][i].Length, truth = classes[i];
            var mean = new double[count];
            var votes = new int[count];
            foreach (double[][] model in probabilities)
            {
                for (int c = 0; c < count; c++) mean[c] += model[i][c] / models;
                votes[IndexOfLargest(model[i])]++;
            }

            int main = Array.IndexOf(votes, votes.Max());
            if (main != truth) mainWrong++;
            disagree += 1 - (double)votes[main] / models;
            wrong += 1 - (double)votes[truth] / models;
            for (int c = 0; c < count; c++)
            {
                double target = c == truth ? 1 : 0;
                bias += (mean[c] - target) * (mean[c] - target);
                foreach (double[][] model in probabilities)
                {
                    error += (model[i][c] - target) * (model[i][c] - target) / models;
                    variance += (model[i][c] - mean[c]) * (model[i][c] - mean[c]) / models;
                }
            }
        }

        int n = classes.Count;
        return new BiasVariance(error / n, bias / n, variance / n, wrong / n, mainWrong / n, disagree / n);
    }

    private static int IndexOfLargest(double[] row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++)
        {
            if (row[c] > row[best]) best = c;
        }

        return best;
    }
}
