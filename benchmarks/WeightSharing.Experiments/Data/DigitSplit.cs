using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Data;

/// <summary>
/// Which digits are learned from, which choose the settings, and which measure. The digits held back are the same for every seed, so that no
/// seed has ever learned from, or been tuned on, a digit that it is measured with; the others are dealt anew for every key.
/// </summary>
internal sealed class DigitSplit
{
    /// <summary>Digits a class to learn from.</summary>
    public const int TrainingPerClass = 100;

    /// <summary>Digits a class held back for measuring.</summary>
    public const int TestPerClass = 50;

    private const string TestKey = "digits held back";
    private readonly int[][] training;

    /// <summary>Deals the digits.</summary>
    public DigitSplit(DigitImages digits, RandomKey key)
    {
        var test = new List<int>();
        var validation = new List<int>();
        training = new int[DigitImages.Classes][];
        for (int label = 0; label < DigitImages.Classes; label++)
        {
            int[] all = [.. Enumerable.Range(0, digits.Count).Where(image => digits.Labels[image] == label)];
            int[] dealt = Shuffled(all, RandomKey.Of(0).Fork(TestKey).Fork(label));
            test.AddRange(dealt[..TestPerClass]);
            int[] rest = Shuffled(dealt[TestPerClass..], key.Fork(label));
            training[label] = rest[..TrainingPerClass];
            validation.AddRange(rest[TrainingPerClass..]);
        }

        (Test, Validation) = (test, validation);
    }

    /// <summary>The digits held back, <see cref="TestPerClass"/> a class.</summary>
    public IReadOnlyList<int> Test { get; }

    /// <summary>The digits that settings may be chosen by: what is left.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>The first digits of every class to learn from: fewer are always part of more.</summary>
    public int[] Training(int perClass) => [.. training.SelectMany(images => images.Take(perClass))];

    private static int[] Shuffled(int[] images, RandomKey key) => [.. Tensor.Permutation(images.Length, key).ToArray().Select(index => images[index])];
}
