using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Samples;

/// <summary>
/// Patches of noise in a row, one of which, at a random place, also holds a fixed signal or its negative; which of the two is the class (Lahoti et
/// al. 2024, "Role of locality and weight sharing in image-based tasks").
/// </summary>
/// <param name="Patches">k, the number of places.</param>
/// <param name="Key">Of the signal.</param>
internal sealed record PatchTask(int Patches, RandomKey Key)
{
    /// <summary>d, entries of a patch.</summary>
    public const int PatchSize = 16;

    /// <summary>σ, standard deviation of the noise in every entry; the signal has norm 1.</summary>
    public const double Noise = 0.2;

    /// <summary>
    /// The accuracy of the best linear filter: w* at every place, which answers ±1 with noise of deviation σ√k, so Φ(1/(σ√k)).
    /// </summary>
    public double LinearAccuracy => MathNet.Numerics.Distributions.Normal.CDF(0, 1, 1 / (Noise * Math.Sqrt(Patches)));

    /// <summary>w*, of norm 1: random signs.</summary>
    public float[] Signal() => [.. Enumerable.Range(0, PatchSize).Select(i =>
        (float)((2 * Key.Fork("signal").Below(2, (ulong)i) - 1) / Math.Sqrt(PatchSize)))];

    /// <summary>Examples [n, 1, k·d] and their classes [n, 1], 0 for −w* and 1 for +w*.</summary>
    public PatchExamples Draw(int count, RandomKey key)
    {
        float[] signal = Signal(), values = Tensor.Normal<float>([count, 1, Patches * PatchSize], key.Fork("noise"), 0, Noise).ToArray(),
            classes = new float[count];
        RandomKey places = key.Fork("places"), signs = key.Fork("signs");
        for (int i = 0; i < count; i++)
        {
            int first = (i * Patches + places.Below(Patches, (ulong)i)) * PatchSize;
            classes[i] = signs.Below(2, (ulong)i);
            for (int j = 0; j < PatchSize; j++) values[first + j] += (2 * classes[i] - 1) * signal[j];
        }

        return new PatchExamples(Tensor.From(values, [count, 1, Patches * PatchSize]), Tensor.From(classes, [count, 1]));
    }
}

/// <summary>Inputs [n, 1, k·d] and classes [n, 1], 0 or 1.</summary>
internal sealed record PatchExamples(Tensor<float> Inputs, Tensor<float> Classes)
{
    /// <summary>n.</summary>
    public int Count => Inputs.Shape[0];
}
