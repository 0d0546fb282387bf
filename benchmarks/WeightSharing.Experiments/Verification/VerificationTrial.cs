using WeightSharing.Autograd;
using WeightSharing.Experiments.Data;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Verification;

/// <summary>What one network made of one split.</summary>
/// <param name="Curve">Of the test pairs.</param>
/// <param name="Asymmetry">Largest |d(x, y) − d(y, x)| over them.</param>
/// <param name="SelfDistance">Largest d(x, x).</param>
/// <param name="Parameters">Free parameters.</param>
internal sealed record VerificationResult(RocCurve Curve, double Asymmetry, double SelfDistance, long Parameters);

/// <summary>One deal of the digits into those that are trained on and those that are asked about, with the pairs of both.</summary>
internal sealed class VerificationTrial
{
    /// <summary>Digits that are trained on.</summary>
    public const int TrainedClasses = 6;

    /// <summary>Numbers in an embedding.</summary>
    public const int Dimension = 16;

    /// <summary>Steps of training.</summary>
    public const int Steps = 200;

    /// <summary>Pairs in a batch.</summary>
    public const int BatchSize = 64;

    /// <summary>Pairs that measure.</summary>
    public const int TestPairs = 4000;

    /// <summary>Adam's.</summary>
    public const double LearningRate = 0.001;

    /// <summary>Of the contrastive loss.</summary>
    public const double Margin = 1;

    private readonly DigitImages digits;
    private readonly RandomKey key;
    private readonly int[][] trained, asked;

    /// <summary>Deals the digits for split <paramref name="split"/> of a seed.</summary>
    public VerificationTrial(DigitImages digits, long seed, int split)
    {
        this.digits = digits;
        key = RandomKey.Of(seed).Fork("verification").Fork(split);
        int[] classes = Tensor.Permutation(DigitImages.Classes, key.Fork("classes")).ToArray();
        int[][] images = [.. classes.Select(label => Enumerable.Range(0, digits.Count).Where(image => digits.Labels[image] == label).ToArray())];
        (trained, asked) = (images[..TrainedClasses], images[TrainedClasses..]);
        TrainedLabels = classes[..TrainedClasses];
    }

    /// <summary>The digits that are trained on.</summary>
    public IReadOnlyList<int> TrainedLabels { get; }

    /// <summary>Trains a network and measures it.</summary>
    /// <param name="kind">How the streams get their encoders.</param>
    /// <param name="steps">Batches.</param>
    /// <param name="cancellation">Ends the training early.</param>
    /// <param name="afterStep">Called with the network and the number of steps done, after each and once before the first.</param>
    public VerificationResult Run(Streams kind, int steps, CancellationToken cancellation, Action<Module<float>, int>? afterStep = null)
    {
        using var silent = UsageLedger.Off();
        (Module<float> network, Func<Tensor<float>, Tensor<float>, Tensor<float>> distance) = Network(kind);
        var optimizer = new Adam<float>(network.Parameters, LearningRate);
        RandomKey order = key.Fork("pairs");
        afterStep?.Invoke(network, 0);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            (Tensor<float> left, Tensor<float> right, Tensor<bool> same) = Draw(trained, BatchSize, order.Fork(step));
            optimizer.ZeroGradient();
            Loss.Contrastive(distance(left, right), Labels(same), Margin).Backward();
            optimizer.Step();
            afterStep?.Invoke(network, step + 1);
        }

        using NoGrad inference = NoGrad.Begin();
        (Tensor<float> x, Tensor<float> y, Tensor<bool> similar) = Draw(asked, TestPairs, key.Fork("test pairs"));
        Tensor<float> there = distance(x, y), back = distance(y, x);
        return new VerificationResult(
            RocCurve.Of(there, similar), (there - back).Abs().Max().Item(), distance(x, x).Max().Item(), network.Parameters.FreeCount);
    }

    /// <summary>Pairs of images, the even ones of the same digit; they depend on the key and their number alone.</summary>
    public (Tensor<float> Left, Tensor<float> Right, Tensor<bool> Same) TestPairsOf(int count) => Draw(asked, count, key.Fork("test pairs"));

    /// <summary>Pairs of those digits that are trained on, as the training draws them; not a batch of its own.</summary>
    public (Tensor<float> Left, Tensor<float> Right, Tensor<bool> Same) TrainingPairsOf(int count) => Draw(trained, count, key.Fork("probe"));

    private (Module<float> Network, Func<Tensor<float>, Tensor<float>, Tensor<float>> Distance) Network(Streams kind)
    {
        if (kind == Streams.Separate)
        {
            var separate = new PseudoSiameseNetwork<float>(Streams.Encoder(), Streams.Encoder());
            separate.Initialize((long)key.Fork("weights").Value);
            return (separate, separate.Forward);
        }

        var shared = new SiameseNetwork<float>(Streams.Encoder());
        shared.Initialize((long)key.Fork("weights").Value);
        if (kind == Streams.Shared) return (shared, shared.Forward);
        PseudoSiameseNetwork<float> alike = shared.ToSeparate();
        return (alike, alike.Forward);
    }

    private (Tensor<float> Left, Tensor<float> Right, Tensor<bool> Same) Draw(int[][] classes, int count, RandomKey pairs)
    {
        int[] left = new int[count], right = new int[count];
        var same = new bool[count];
        for (int i = 0; i < count; i++)
        {
            RandomKey own = pairs.Fork(i);
            same[i] = i % 2 == 0;
            int first = own.Below(classes.Length, 0), second = same[i] ? first : (first + 1 + own.Below(classes.Length - 1, 1)) % classes.Length;
            left[i] = classes[first][own.Below(classes[first].Length, 2)];
            // The same digit, but never the same image.
            int other = own.Below(classes[second].Length - (same[i] ? 1 : 0), 3);
            if (same[i] && classes[second][other] == left[i]) other = classes[second].Length - 1;
            right[i] = classes[second][other];
        }

        return (Images(left), Images(right), Tensor.From(same));
    }

    private static Tensor<float> Labels(Tensor<bool> same) => Tensor.From(Array.ConvertAll(same.ToArray(), value => value ? 1f : 0f));

    private Tensor<float> Images(int[] images) => digits.Lay(DigitImages.Size, images, _ => (0, 0)).Images;
}
