using WeightSharing.Experiments.Data;
using WeightSharing.Layers;
using WeightSharing.Sharing;

namespace WeightSharing.Experiments.Digits;

/// <summary>What became of a network that learned digits in one corner only.</summary>
/// <param name="Seen">Accuracy on held-back digits in that corner.</param>
/// <param name="Corner">Accuracy on the same digits in the other three, mean.</param>
/// <param name="LogitError">Largest absolute difference between the logits of a digit there and here.</param>
/// <param name="FirstWeights">The first hidden layer's weights after training.</param>
/// <param name="FirstChange">How far they moved.</param>
internal sealed record CornerResult(double Seen, double Corner, double LogitError, float[] FirstWeights, float[] FirstChange);

/// <summary>The unseen corners: training in one corner, measuring in all four.</summary>
internal static class CornerTest
{
    /// <summary>Trains and measures one network.</summary>
    public static CornerResult Run(DigitTrial trial, Connectivity net, Recipe recipe, int perClass, CancellationToken cancellation)
    {
        Sequential<float> network = trial.Network(net, Layout.Corners);
        Parameter<float> first = network.Parameters[0];
        float[] before = first.Value.ToArray();
        trial.Train(network, Layout.Corners, perClass, recipe, cancellation);

        Examples here = trial.LayInCorner(0, trial.Split.Test);
        float[] seen = Teaching.Logits(network, here);
        double corner = 0;
        double error = 0;
        for (int other = 1; other <= 3; other++)
        {
            Examples there = trial.LayInCorner(other, trial.Split.Test);
            float[] logits = Teaching.Logits(network, there);
            corner += Teaching.Accuracy(logits, there) / 3;
            error = Math.Max(error, seen.Zip(logits, (a, b) => Math.Abs(a - b)).Max());
        }

        float[] after = first.Value.ToArray();
        return new CornerResult(Teaching.Accuracy(seen, here), corner, error, after, [.. after.Zip(before, (a, b) => a - b)]);
    }
}
