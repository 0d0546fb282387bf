using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.LeCun1989;

/// <summary>Digits of 16×16 pixels from −1 (white) to 1, as many as in 1989: MNIST where there is a folder with it, else the embedded ones of 8×8, enlarged.</summary>
/// <param name="Training">[N, 1, 16, 16] and [N].</param>
/// <param name="Test">Likewise.</param>
/// <param name="Credit">Whose data.</param>
internal sealed record ZipCodeImages(Examples Training, Examples Test, string Credit)
{
    /// <summary>Training and test images of 1989.</summary>
    public const int TrainingCount = 7291, TestCount = 2007;

    private const string MnistCredit = "MNIST: Y. LeCun, C. Cortes and C. J. C. Burges, from the folder given. Images are resized to 16×16 and scaled to −1 … 1.";

    /// <summary>True when the images are MNIST's.</summary>
    public bool IsMnist => Credit == MnistCredit;

    /// <summary>Draws the images.</summary>
    public static ZipCodeImages Load(DataSource data, RandomKey key)
    {
        if (!data.Has("mnist/train-images-idx3-ubyte.gz")) return Embedded(data, key);
        return new ZipCodeImages(Mnist(data, "train", TrainingCount, key), Mnist(data, "t10k", TestCount, key), MnistCredit);
    }

    private static Examples Mnist(DataSource data, string part, int count, RandomKey key)
    {
        string images = $"mnist/{part}-images-idx3-ubyte.gz", labels = $"mnist/{part}-labels-idx1-ubyte.gz";
        Tensor<float> pixels = data.ReadIdx(images).ToTensor<float>() / 127.5f - 1f;
        return Draw(pixels.Unsqueeze(1), data.ReadIdx(labels).ToTensor<int>(), count, key.Fork(part));
    }

    private static ZipCodeImages Embedded(DataSource data, RandomKey key)
    {
        DigitImages digits = DigitImages.Load(data);
        var split = new DigitSplit(digits, key);
        int[] training = [.. split.Training(DigitSplit.TrainingPerClass)];
        Examples learned = digits.Lay(DigitImages.Size, training, _ => (0, 0)), held = digits.Lay(DigitImages.Size, split.Test, _ => (0, 0));
        return new ZipCodeImages(
            Draw(learned.Images * 2f - 1f, learned.Labels, learned.Count, key.Fork("order")), Draw(held.Images * 2f - 1f, held.Labels, held.Count, key), DigitImages.Credit);
    }

    private static Examples Draw(Tensor<float> images, Tensor<int> labels, int count, RandomKey key)
    {
        Tensor<int> chosen = Tensor.Permutation(labels.Count, key)[..count];
        int[] all = labels.ToArray();
        return new Examples(
            images.IndexSelect(0, chosen).ResizeBilinear(ZipCodeNetwork.Size), Tensor.From([.. chosen.ToArray().Select(image => all[image])], [count]));
    }
}
