using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;
using IdxFile = WeightSharing.Training.IdxFile;

namespace WeightSharing.Experiments.Segmentation;

/// <summary>Square pictures of tissue with the class of every pixel: 0 is membrane, 1 the inside of a cell.</summary>
/// <param name="Name">What they show.</param>
/// <param name="Credit">Whose data it is, or how it is made.</param>
/// <param name="Size">Height and width.</param>
/// <param name="Images">Pixels of every section, row by row, 0 to 1.</param>
/// <param name="Labels">Classes of every section.</param>
internal sealed record Sections(string Name, string Credit, int Size, IReadOnlyList<float[]> Images, IReadOnlyList<int[]> Labels)
{
    /// <summary>Sections that are never learned from: the last ones.</summary>
    public const int HeldBack = 10;

    private const string ImageFile = "membrane/images-idx3-ubyte.gz", LabelFile = "membrane/labels-idx3-ubyte.gz";

    /// <summary>Number of sections.</summary>
    public int Count => Images.Count;

    /// <summary>How many are learned from: the first ones.</summary>
    public int TrainingCount => Count - HeldBack;

    /// <summary>Those that measure.</summary>
    public IEnumerable<int> Test => Enumerable.Range(TrainingCount, HeldBack);

    /// <summary>The electron micrographs, where the folder has them, else synthetic cells.</summary>
    public static Sections Load(DataSource source, RandomKey key, bool quick) =>
        source.Has(ImageFile) && source.Has(LabelFile) ? Read(source) : SyntheticCells.Make(quick ? 64 : 128, count: 30, key);

    /// <summary>The most frequent class's share of the pixels that measure: what a constant answer reaches.</summary>
    public double ConstantAccuracy()
    {
        double inside = Test.Average(section => Labels[section].Average(label => (double)label));
        return Math.Max(inside, 1 - inside);
    }

    private static Sections Read(DataSource source)
    {
        (int count, int size, byte[] images) = Bytes(source, ImageFile);
        (int labelCount, int labelSize, byte[] labels) = Bytes(source, LabelFile);
        if ((labelCount, labelSize) != (count, size) || count <= HeldBack)
        {
            throw new ExperimentException(
                $"{LabelFile}: {labelCount} sections of {labelSize}×{labelSize}, {ImageFile}: {count} of {size}×{size}; expected as many of the same size, more than {HeldBack}.");
        }

        int pixels = size * size;
        return new Sections(
            "membranes of nerve cells",
            "Electron micrographs: A. Cardona et al., An integrated micro- and macroarchitectural analysis of the Drosophila brain by computer-assisted serial section "
            + "electron microscopy, PLoS Biology 2010; I. Arganda-Carreras et al., Crowdsourcing the creation of image segmentation algorithms for connectomics, "
            + "Frontiers in Neuroanatomy 2015 (ISBI 2012 challenge).",
            size,
            [.. Enumerable.Range(0, count).Select(i => Array.ConvertAll(images[(i * pixels)..((i + 1) * pixels)], value => value / 255f))],
            [.. Enumerable.Range(0, count).Select(i => Array.ConvertAll(labels[(i * pixels)..((i + 1) * pixels)], value => value > 127 ? 1 : 0))]);
    }

    private static (int Count, int Size, byte[] Values) Bytes(DataSource source, string path)
    {
        IdxFile file = source.ReadIdx(path);
        if (file.Shape.Rank != 3 || file.Shape[1] != file.Shape[2]) throw new ExperimentException($"{path}: shape {file.Shape}; expected square sections [N, size, size].");
        return (file.Shape[0], file.Shape[1], Array.ConvertAll(file.ToTensor<float>().ToArray(), value => (byte)value));
    }
}
