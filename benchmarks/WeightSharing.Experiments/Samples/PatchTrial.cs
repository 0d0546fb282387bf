using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Samples;

/// <summary>How much a trial may spend.</summary>
/// <param name="Steps">Training steps at most.</param>
/// <param name="Patience">Steps without a better network on validation examples after which training ends.</param>
/// <param name="Validation">Validation examples, beside those learned from.</param>
/// <param name="Test">Examples that measure.</param>
internal sealed record PatchBudget(int Steps, int Patience, int Validation, int Test)
{
    /// <summary>Of a full run.</summary>
    public static PatchBudget Full { get; } = new(3000, 1000, 500, 2000);

    /// <summary>Of a quick one.</summary>
    public static PatchBudget Quick { get; } = new(100, 100, 100, 200);
}

/// <summary>What became of one network.</summary>
/// <param name="Accuracy">On test examples.</param>
/// <param name="LearningRate">The rate that validation chose.</param>
/// <param name="Steps">The number of steps that validation chose.</param>
internal sealed record PatchOutcome(double Accuracy, double LearningRate, int Steps);

/// <summary>Trains a network on few examples, its learning rate and number of steps chosen by validation examples.</summary>
internal static class PatchTrial
{
    private const int BatchSize = 64, StepsBetweenLooks = 50;

    /// <summary>Learning rates of Adam that the choice is between.</summary>
    public static IReadOnlyList<double> LearningRates { get; } = [0.003, 0.01, 0.03, 0.1];

    /// <summary>The network that does best on validation examples, over all rates and all looks, measured with test examples.</summary>
    public static PatchOutcome Run(PatchConnectivity net, PatchTask task, int examples, PatchBudget budget, RandomKey key,
        CancellationToken cancellation)
    {
        using var silent = UsageLedger.Off();
        PatchExamples training = task.Draw(examples, key.Fork("training")), validation = task.Draw(budget.Validation, key.Fork("validation"));
        PatchNetwork best = new(net, task.Patches, key.Fork("weights"));
        (double Accuracy, double Loss) bestScore = (-1, double.MaxValue);
        (double rate, int steps) = (0, 0);
        foreach (double learningRate in LearningRates)
        {
            var network = new PatchNetwork(net, task.Patches, key.Fork("weights"));
            var optimizer = new Adam<float>(network.Parameters, learningRate);
            (double Accuracy, double Loss) ownScore = (-1, double.MaxValue);
            int batch = Math.Min(BatchSize, examples), batches = examples / batch, lastBetter = 0;
            int[] order = [];
            for (int step = 0; step < budget.Steps && step - lastBetter < budget.Patience; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (step % batches == 0) order = Tensor.Permutation(examples, key.Fork("order").Fork(step / batches)).ToArray();
                using (TensorScope.Begin())
                {
                    Tensor<int> chosen = Tensor.From(order[(step % batches * batch)..((step % batches + 1) * batch)], [batch]);
                    optimizer.ZeroGradient();
                    Tensor<float> logits = network.Forward(training.Inputs.IndexSelect(0, chosen));
                    Loss.BinaryCrossEntropyWithLogits(logits, training.Classes.IndexSelect(0, chosen)).Backward();
                    optimizer.Step();
                }

                if ((step + 1) % StepsBetweenLooks != 0) continue;
                (double Accuracy, double Loss) score = Score(network, validation);
                if (Better(score, ownScore)) (ownScore, lastBetter) = (score, step + 1);
                if (!Better(score, bestScore)) continue;
                (bestScore, rate, steps) = (score, learningRate, step + 1);
                foreach ((Parameter<float> kept, Parameter<float> now) in best.Parameters.Zip(network.Parameters)) kept.Set(now.Value);
            }
        }

        return new PatchOutcome(Score(best, task.Draw(budget.Test, key.Fork("test"))).Accuracy, rate, steps);
    }

    /// <summary>The fraction of examples on the right side of 0, and the cross-entropy.</summary>
    public static (double Accuracy, double Loss) Score(PatchNetwork network, PatchExamples examples)
    {
        using NoGrad inference = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        Tensor<float> logits = network.Forward(examples.Inputs);
        double accuracy = logits.ToArray().Zip(examples.Classes.ToArray(), (logit, one) => logit > 0 == one > 0.5f ? 1.0 : 0).Average();
        return (accuracy, Loss.BinaryCrossEntropyWithLogits(logits, examples.Classes).Item());
    }

    // Of equally many right answers the surer ones.
    private static bool Better((double Accuracy, double Loss) score, (double Accuracy, double Loss) than) =>
        score.Accuracy > than.Accuracy || score.Accuracy == than.Accuracy && score.Loss < than.Loss;
}
