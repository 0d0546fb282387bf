using WeightSharing.Analysis;
using WeightSharing.Experiments.Digits;

namespace WeightSharing.Experiments.Variances;

/// <summary>One network's predictions taken apart, for every number of examples.</summary>
internal sealed class VarianceStudy
{
    /// <summary>Takes predictions apart.</summary>
    /// <param name="net">The network.</param>
    /// <param name="predictions">[number of examples][deal][test digit][class].</param>
    /// <param name="classes">Of the test digits.</param>
    public VarianceStudy(Connectivity net, double[][][][] predictions, int[] classes)
    {
        Net = net;
        Parts = [.. predictions.Select(models => BiasVariance.Of(models, classes))];
        Accuracy = new LearningCurve(predictions.Zip(VarianceExperiment.PerClass, (models, perClass) =>
            ((double)perClass, models.Select(model => Right(model, classes)).ToArray())));
    }

    /// <summary>The network.</summary>
    public Connectivity Net { get; }

    /// <summary>Bias, variance and error at every number of examples.</summary>
    public BiasVariance[] Parts { get; }

    /// <summary>Accuracy against the number of examples, with bands of confidence.</summary>
    public LearningCurve Accuracy { get; }

    private static double Right(double[][] probabilities, int[] classes) =>
        probabilities.Zip(classes).Average(pair => Array.IndexOf(pair.First, pair.First.Max()) == pair.Second ? 1.0 : 0);
}
