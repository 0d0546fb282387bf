using WeightSharing.Experiments.Digits;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Hessians;

/// <summary>One descent.</summary>
/// <param name="Losses">The loss after each step; fewer than asked for when it grew without bound.</param>
/// <param name="Accuracy">On digits held back, at the end.</param>
internal sealed record Descent(double[] Losses, double Accuracy)
{
    /// <summary>Above this loss a descent is given up: that of guessing is log 10 = 2.3.</summary>
    public const double GivenUp = 20;

    /// <summary>The loss at the end; infinite for a descent that was given up.</summary>
    public double FinalLoss => Losses[^1] < GivenUp ? Losses[^1] : double.PositiveInfinity;

    /// <summary>
    /// Plain gradient descent on all examples at once: one rate for all weights and no momentum, so that curvature alone bounds the rate.
    /// </summary>
    public static Descent Run(Sequential<float> network, CurvatureNetwork problem, double rate, int steps, CancellationToken cancellation)
    {
        var optimizer = new Sgd<float>(network.Parameters, rate);
        var losses = new List<double>();
        using var silent = UsageLedger.Off();
        for (int step = 0; step <= steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            Tensor<float> loss = Loss.CrossEntropy(network.Forward(problem.Training.Images), problem.Training.Labels);
            // The loss before a step is the one after the step before.
            if (step > 0) losses.Add(loss.Item() is var value && value < GivenUp ? value : GivenUp);
            if (step == steps || step > 0 && losses[^1] >= GivenUp) break;
            loss.Backward();
            optimizer.Step();
        }

        return new Descent([.. losses], Teaching.Accuracy(network, problem.Test));
    }
}
