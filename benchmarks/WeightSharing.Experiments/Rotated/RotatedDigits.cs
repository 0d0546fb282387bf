using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;
using WeightSharing.Training;
using DataSource = WeightSharing.Experiments.Data.DataSource;

namespace WeightSharing.Experiments.Rotated;

/// <summary>
/// Handwritten digits, each turned about its centre by a uniform random angle with bilinear interpolation: 12 000 to learn from and 50 000 to measure with,
/// made from MNIST where there is a folder with it, else from the embedded digits of 8×8 pixels on canvases of 12×12.
/// </summary>
internal sealed class RotatedDigits
{
    private const string MnistCredit = "MNIST: Y. LeCun, C. Cortes and C. J. C. Burges, from the folder given. Each digit is turned by a random angle.";
    private const int TrainingCount = 12_000, TestCount = 50_000, Canvas = 12, TestAngles = 4, QuickShare = 10;

    private readonly Examples upright;
    private readonly RandomKey key;

    private RotatedDigits(Examples upright, Examples test, RandomKey key, string credit)
    {
        (this.upright, this.key, Credit) = (upright, key, credit);
        Training = Turned(upright, key.Fork("training"));
        Test = Turned(test, key.Fork("test"));
    }

    /// <summary>Turned digits to learn from.</summary>
    public Examples Training { get; }

    /// <summary>Turned digits to measure with.</summary>
    public Examples Test { get; }

    /// <summary>Whose data.</summary>
    public string Credit { get; }

    /// <summary>True when the images are MNIST's.</summary>
    public bool IsMnist => Credit == MnistCredit;

    /// <summary>Height and width.</summary>
    public int Size => Training.Images.Shape[3];

    /// <summary>Deals and turns the digits.</summary>
    /// <param name="data">Where they come from.</param>
    /// <param name="key">Of the deal and the angles.</param>
    /// <param name="quick">The embedded digits, and few of them.</param>
    public static RotatedDigits Load(DataSource data, RandomKey key, bool quick)
    {
        if (!quick && data.Has("mnist/train-images-idx3-ubyte.gz")) return FromMnist(data, key);
        DigitImages digits = DigitImages.Load(data);
        var split = new DigitSplit(digits, key.Fork("split"));
        // Every held-back digit at several angles: there are few.
        int[] training = split.Training(DigitSplit.TrainingPerClass), test = [.. Enumerable.Repeat(split.Test, TestAngles).SelectMany(images => images)];
        if (quick) (training, test) = ([.. training.Where((_, i) => i % QuickShare == 0)], [.. test.Where((_, i) => i % QuickShare == 0)]);
        int margin = (Canvas - DigitImages.Size) / 2;
        return new RotatedDigits(
            digits.Lay(Canvas, training, _ => (margin, margin)), digits.Lay(Canvas, test, _ => (margin, margin)), key, DigitImages.Credit);
    }

    /// <summary>The digits to learn from, each at a new angle.</summary>
    public Tensor<float> Again(int epoch) => Turned(upright, key.Fork("again").Fork(epoch)).Images;

    /// <summary>One image at even steps around the circle, for pictures: [steps, 1, H, W].</summary>
    public Tensor<float> Around(int image, int steps)
    {
        Tensor<float> one = upright.Images[image..(image + 1)];
        return Tensor.Concat<float>([.. Enumerable.Range(0, steps).Select(step => RandomRotation<float>.By(one, 360.0 * step / steps))], 0);
    }

    private static RotatedDigits FromMnist(DataSource data, RandomKey key)
    {
        Tensor<float> images = Tensor.Concat<float>([Pixels(data, "train"), Pixels(data, "t10k")], 0);
        int[] labels = [.. Labels(data, "train"), .. Labels(data, "t10k")];
        int[] dealt = Tensor.Permutation(labels.Length, key.Fork("deal")).ToArray();
        if (dealt.Length < TrainingCount + TestCount) throw new ExperimentException($"rotated: {dealt.Length} images in mnist; {TrainingCount + TestCount} are needed.");
        return new RotatedDigits(Draw(dealt[..TrainingCount]), Draw(dealt[TrainingCount..(TrainingCount + TestCount)]), key, MnistCredit);

        Examples Draw(int[] chosen) => new(
            images.IndexSelect(0, Tensor.From(chosen, [chosen.Length])), Tensor.From(Array.ConvertAll(chosen, image => labels[image]), [chosen.Length]));
    }

    private static Tensor<float> Pixels(DataSource data, string part) => (data.ReadIdx($"mnist/{part}-images-idx3-ubyte.gz").ToTensor<float>() / 255f).Unsqueeze(1);

    private static int[] Labels(DataSource data, string part) => data.ReadIdx($"mnist/{part}-labels-idx1-ubyte.gz").ToTensor<int>().ToArray();

    private static Examples Turned(Examples examples, RandomKey key) =>
        examples with { Images = new RandomRotation<float>(180).Apply(examples.Images, [.. Enumerable.Range(0, examples.Count)], key) };
}
