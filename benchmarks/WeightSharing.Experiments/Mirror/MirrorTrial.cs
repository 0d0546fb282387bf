using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Mirror;

/// <summary>What one filter does to fresh signals.</summary>
/// <param name="Gain">Signal-to-noise ratio of its output over that of its input, dB.</param>
/// <param name="AntisymmetricResponse">Root mean square of its output to antisymmetric inputs of root mean square 1.</param>
/// <param name="Taps">The filter.</param>
internal sealed record MirrorOutcome(double Gain, double AntisymmetricResponse, double[] Taps);

/// <summary>
/// A symmetric waveform of random strength in noise that is antisymmetric about the waveform's centre, and white noise. A filter as long as the window learns to tell
/// the waveform's strength at the centre from the window.
/// </summary>
internal static class MirrorTrial
{
    /// <summary>Samples of a window, odd: the middle one is the centre.</summary>
    public const int Length = 31;

    private const double AntisymmetricNoise = 1, WhiteNoise = 0.5, LearningRate = 0.03;
    private const int Steps = 1200, FreshWindows = 10_000;

    /// <summary>The waveform, mirror-symmetric, 1 at the centre.</summary>
    public static double[] Waveform { get; } =
        [.. Enumerable.Range(0, Length).Select(n => Math.Cos(2 * Math.PI * (n - Length / 2) / 9.0) * Math.Exp(-Math.Pow((n - Length / 2) / 7.0, 2)))];

    /// <summary>Mean power of the noise over that of the waveform of strength 1, dB, over the window: the ratio that the gain is counted from.</summary>
    public static double InputRatio => Decibels(Waveform.Average(s => s * s) / (AntisymmetricNoise * AntisymmetricNoise * (Length - 1) / Length + WhiteNoise * WhiteNoise));

    /// <summary>Learns from so many windows and measures with fresh ones.</summary>
    public static MirrorOutcome Run(bool tied, int examples, RandomKey key, CancellationToken cancellation)
    {
        using var silent = UsageLedger.Off();
        Conv1d<double> filter = Filter(tied);
        filter.Initialize((long)key.Fork("weights").Value);
        Tensor<double> strengths = Tensor.Normal<double>([examples, 1, 1], key.Fork("strengths"));
        Tensor<double> windows = strengths * Tensor.From(Waveform, [1, 1, Length]) + Noise(examples, key.Fork("noise"));
        var optimizer = new Adam<double>(filter.Parameters, LearningRate);
        for (int step = 0; step < Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            // The loss has one minimum; the falling rate lets it be met.
            optimizer.LearningRate = LearningRate * (1 + Math.Cos(Math.PI * step / Steps)) / 2;
            optimizer.ZeroGradient();
            Loss.MeanSquaredError(filter.Forward(windows), strengths).Backward();
            optimizer.Step();
        }

        return Measured(filter, key.Fork("fresh"));
    }

    /// <summary>The one convolution, its taps mirrored or free.</summary>
    public static Conv1d<double> Filter(bool tied) => new(1, 1, Length, bias: false, tying: tied ? Symmetry.LinearPhase.Palindromic(Length).Tying : null);

    /// <summary>Windows [count, 1, <see cref="Length"/>] of noise: antisymmetric and white.</summary>
    public static Tensor<double> Noise(int count, RandomKey key) =>
        AntisymmetricNoise * Antisymmetric(count, key.Fork("antisymmetric")) + Tensor.Normal<double>([count, 1, Length], key.Fork("white"), 0, WhiteNoise);

    /// <summary>Random windows with x[N − 1 − n] = −x[n], of unit variance where not in the middle, which is 0.</summary>
    public static Tensor<double> Antisymmetric(int count, RandomKey key) =>
        Tying.Antisymmetric(Length).Expand(Tensor.Normal<double>([count, 1, Length / 2], key));

    private static MirrorOutcome Measured(Conv1d<double> filter, RandomKey key)
    {
        using NoGrad inference = NoGrad.Begin();
        double signal = filter.Forward(Tensor.From(Waveform, [1, 1, Length])).Item();
        double noise = MeanSquare(filter.Forward(Noise(FreshWindows, key.Fork("noise"))));
        Tensor<double> mirrored = Antisymmetric(FreshWindows, key.Fork("mirrored"));
        double response = Math.Sqrt(MeanSquare(filter.Forward(mirrored)) / MeanSquare(mirrored));
        return new MirrorOutcome(Decibels(signal * signal / noise) - InputRatio, response, filter.Weight.Value.ToArray());
    }

    private static double MeanSquare(Tensor<double> x) => (x * x).Mean().Item();

    private static double Decibels(double ratio) => 10 * Math.Log10(ratio);
}
