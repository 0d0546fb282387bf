using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Adding;

/// <summary>
/// Sequences of pairs (a number in 0 … 1, a mark), of which two are marked, one in each half; wanted is the sum of the two marked numbers
/// (Hochreiter and Schmidhuber 1997, in the form of Le, Jaitly and Hinton 2015).
/// </summary>
/// <param name="Inputs">[T, N, 2].</param>
/// <param name="Targets">[N, 1].</param>
internal sealed record AddingProblem(Tensor<float> Inputs, Tensor<float> Targets)
{
    /// <summary>Mean squared error of the best constant answer, 1: the variance of the sum of two numbers that are uniform in 0 … 1.</summary>
    public const double ConstantError = 1.0 / 6;

    /// <summary>Draws sequences.</summary>
    /// <param name="steps">T.</param>
    /// <param name="sequences">N.</param>
    /// <param name="key">Fixes the draw.</param>
    public static AddingProblem Draw(int steps, int sequences, RandomKey key)
    {
        float[] inputs = new float[steps * sequences * 2], targets = new float[sequences];
        var numbers = new float[steps * sequences];
        key.Fork("numbers").FillUniform<float>(numbers);
        RandomKey places = key.Fork("places");
        int half = steps / 2;
        for (int i = 0; i < numbers.Length; i++) inputs[2 * i] = numbers[i];
        for (int n = 0; n < sequences; n++)
        {
            int first = places.Below(half, 2 * (ulong)n), second = half + places.Below(steps - half, 2 * (ulong)n + 1);
            foreach (int t in (int[])[first, second])
            {
                inputs[2 * (t * sequences + n) + 1] = 1;
                targets[n] += numbers[t * sequences + n];
            }
        }

        return new AddingProblem(Tensor.Wrap(inputs, [steps, sequences, 2]), Tensor.Wrap(targets, [sequences, 1]));
    }
}
