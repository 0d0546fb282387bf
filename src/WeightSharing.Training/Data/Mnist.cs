using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// The handwritten digits of LeCun et al. (1998), and the sets made in their form (Fashion-MNIST, KMNIST), from the files that everybody
/// has.
/// </summary>
public static class Mnist
{
    /// <summary>Images [N, 1, 28, 28] with values from 0 to 1 and labels [N] from 0 to 9.</summary>
    /// <param name="directory">Has <c>train-images-idx3-ubyte</c> and its three sisters, with or without <c>.gz</c>.</param>
    /// <param name="train">The 60 000 training images, or else the 10 000 test images.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message lists the names looked for.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged or not what it is named; the message has file, position and rule.
    /// </exception>
    public static (Tensor<T> Images, Tensor<int> Labels) Load<T>(string directory, bool train)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string part = train ? "train" : "t10k", imagePath = Find(directory, $"{part}-images", "idx3-ubyte"), labelPath = Find(directory, $"{part}-labels", "idx1-ubyte");
        IdxFile images = IdxFile.Read(imagePath), labels = IdxFile.Read(labelPath);
        if (images.Shape.Rank != 3 || images.ElementType != typeof(byte)) throw Wrong(imagePath, images, "bytes [N, height, width]");
        if (labels.Shape.Rank != 1 || labels.ElementType != typeof(byte)) throw Wrong(labelPath, labels, "bytes [N]");
        if (images.Shape[0] != labels.Shape[0])
        {
            throw new InvalidDataException($"{labelPath}: {labels.Shape[0]} labels for {images.Shape[0]} images in {imagePath}; they must be as many.");
        }

        Tensor<int> classes = labels.ToTensor<int>();
        int[] numbers = classes.ToArray();
        int odd = Array.FindIndex(numbers, label => label > 9);
        if (odd >= 0) throw new InvalidDataException($"{labelPath}: label {numbers[odd]} of image {odd}; expected 0 to 9.");
        Tensor<T> pixels = images.ToTensor<T>() / T.CreateChecked(255);
        return (pixels.Reshape([images.Shape[0], 1, images.Shape[1], images.Shape[2]]), classes);
    }

    private static string Find(string directory, string stem, string kind)
    {
        string[] names = [$"{stem}-{kind}", $"{stem}-{kind}.gz", $"{stem}.{kind}", $"{stem}.{kind}.gz"];
        return names.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"Mnist: none of {string.Join(", ", names)} is in {directory}.", names[0]);
    }

    private static InvalidDataException Wrong(string path, IdxFile file, string expected) =>
        new($"{path}: holds {file.ElementType.Name} {file.Shape}; expected {expected}.");
}
