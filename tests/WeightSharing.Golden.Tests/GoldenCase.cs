using WeightSharing.Checkpoints;

namespace WeightSharing.Tests.Golden;

/// <summary>One case: what the manifest says about it, and its file.</summary>
/// <param name="Name">Name of the case and stem of its file.</param>
/// <param name="Operation">What is computed.</param>
/// <param name="FloatError">What PyTorch loses in float32 by the measure of <see cref="Comparison"/>.</param>
/// <param name="Path">The file.</param>
internal sealed record GoldenCase(string Name, string Operation, double FloatError, string Path)
{
    private SafetensorsFile? file;

    /// <summary>The tensors and texts of the case.</summary>
    public SafetensorsFile File => file ??= SafetensorsFile.Read(Path);

    /// <summary>The agreement that the case itself asks for, as those of adaptive solvers do; 0 where it asks for none.</summary>
    public double StatedTolerance => File.Metadata.TryGetValue("hp.tolerance", out string? text) ? double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>True when the case stands for itself in JSON, as the Markov models do.</summary>
    public bool IsJson => Path.EndsWith(".json", StringComparison.Ordinal);

    /// <summary>The parameters, inputs or buffers whose stored tensor the operation sees through a view.</summary>
    public string? View(string operand) => File.Metadata.GetValueOrDefault($"view.{operand}");

    /// <summary>The tensors of one kind, such as <c>grad_param.</c>, by the rest of their names.</summary>
    public IEnumerable<(string Name, StoredTensor Tensor)> Of(string prefix, string suffix = "") => File.Tensors
        .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal) && tensor.Name.EndsWith(suffix, StringComparison.Ordinal))
        .Select(tensor => (tensor.Name[prefix.Length..^suffix.Length], tensor));
}
