using System.IO.Compression;
using System.Reflection;
using IdxFile = WeightSharing.Training.IdxFile;

namespace WeightSharing.Experiments.Data;

/// <summary>
/// Data files by the path <c>set/file</c>: from a folder where one is given, else from the program itself, which embeds the sets that may be passed on.
/// </summary>
/// <param name="folder">A folder with one folder a data set, or null.</param>
internal sealed class DataSource(string? folder)
{
    /// <summary>Whether <see cref="Open"/> finds the file.</summary>
    public bool Has(string path) => folder is not null && File.Exists(Path.Combine(folder, path)) || Assembly.GetExecutingAssembly().GetManifestResourceInfo(path) is not null;

    /// <summary>A file, unpacked when its name ends in <c>.gz</c>.</summary>
    /// <exception cref="ExperimentException">The file is neither in the folder nor in the program.</exception>
    public Stream Open(string path)
    {
        Stream? stream = null;
        if (folder is not null && File.Exists(Path.Combine(folder, path))) stream = File.OpenRead(Path.Combine(folder, path));
        stream ??= Assembly.GetExecutingAssembly().GetManifestResourceStream(path);
        if (stream is null)
        {
            throw new ExperimentException(folder is null
                ? $"The data file {path} is not part of the program; name the folder that has it with --data DIR."
                : $"The data file {path} is neither in {Path.GetFullPath(folder)} nor part of the program.");
        }

        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>A file in MNIST's format.</summary>
    /// <exception cref="ExperimentException">The file is neither in the folder nor in the program, or it is damaged.</exception>
    public IdxFile ReadIdx(string path)
    {
        using Stream stream = Open(path);
        try
        {
            return IdxFile.Read(stream, path);
        }
        catch (InvalidDataException exception)
        {
            throw new ExperimentException(exception.Message);
        }
    }
}
