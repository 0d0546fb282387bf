using System.Collections.Immutable;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Checkpoints;

/// <summary>
/// Models in safetensors files: parameters, buffers and counters under PyTorch's names and in its layouts. A tied weight is stored in full, a shared
/// one once; who shares with whom stands in the metadata entry <c>weightsharing.v1</c>.
/// </summary>
/// <example><code>
/// Checkpoint.Save(model, "digits.safetensors");
/// Checkpoint.Load(model, "digits.safetensors");
/// Checkpoint.Load(model, "from_pytorch.safetensors", new() { Rename = name =&gt; name.Replace("features.", "") });
/// </code></example>
public static class Checkpoint
{
    /// <summary>Saves a model; whenever the process or the machine stops, the old file or the new one is there.</summary>
    /// <exception cref="InvalidOperationException">A parameter has no values.</exception>
    /// <exception cref="CheckpointException">A value is beyond the range of the stored type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(Module<T> model, string path, CheckpointOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ToFile(model, options).Write(path);

    /// <summary>Saves a model at the stream's position.</summary>
    /// <inheritdoc cref="Save{T}(Module{T}, string, CheckpointOptions)"/>
    public static void Save<T>(Module<T> model, Stream stream, CheckpointOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ToFile(model, options).Write(stream);

    /// <summary>The model as a file, still to be written, or to be joined with other tensors.</summary>
    /// <inheritdoc cref="Save{T}(Module{T}, string, CheckpointOptions)"/>
    public static SafetensorsFile ToFile<T>(Module<T> model, CheckpointOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new CheckpointOptions();
        ParameterSet<T> set = model.Parameters;
        var tensors = new List<StoredTensor>();
        foreach ((string name, Weight<T> weight) in set.Named)
        {
            if (options.RepeatAliases || set.NamesOf(weight.Parameter)[0] == name) tensors.Add(Store(name, weight.Value, options.StoredType));
        }

        ILookup<Tensor<T>, string> buffers = model.Buffers.ToLookup(pair => pair.Buffer, pair => pair.Name);
        ILookup<Tensor<long>, string> counters = model.Counters.ToLookup(pair => pair.Counter, pair => pair.Name);
        foreach (IGrouping<Tensor<T>, string> buffer in buffers)
        {
            foreach (string name in options.RepeatAliases ? buffer : buffer.Take(1)) tensors.Add(Store(name, buffer.Key, options.StoredType));
        }

        foreach (IGrouping<Tensor<long>, string> counter in counters)
        {
            foreach (string name in options.RepeatAliases ? counter : counter.Take(1))
            {
                tensors.Add(StoredTensor.From<long>(name, counter.Key.Shape.Span, counter.Key.ToArray()));
            }
        }

        var sharing = new SharingMetadata(
            SharingGraph.Of(model), [.. buffers.Cast<IEnumerable<string>>().Concat(counters).Where(names => names.Skip(1).Any()).Select(names => names.ToImmutableArray())]);
        // Readers of the Python world ask for whose layouts these are.
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        foreach ((string key, string value) in options.Metadata ?? ImmutableDictionary<string, string>.Empty) metadata[key] = value;
        metadata[SharingMetadata.Key] = sharing.Write();
        return new SafetensorsFile(tensors, metadata);
    }

    /// <summary>
    /// Loads a file into a model: all of it or, when anything is wrong, nothing. Values are rounded to the model's element type; tied weights are
    /// projected; frozen parameters get their values and stay frozen. A file without our metadata, such as PyTorch's, loads as it is.
    /// </summary>
    /// <returns>What was missing or not expected (with <see cref="CheckpointLoadOptions.Strict"/> off), and how far tied weights were from tied.</returns>
    /// <exception cref="CheckpointException">The file is damaged or does not fit; the message lists everything that is wrong. The model is as before.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static CheckpointLoadResult Load<T>(Module<T> model, string path, CheckpointLoadOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Load(model, SafetensorsFile.Read(path), options, path);

    /// <summary>Loads from the stream's position to its end.</summary>
    /// <inheritdoc cref="Load{T}(Module{T}, string, CheckpointLoadOptions)"/>
    public static CheckpointLoadResult Load<T>(Module<T> model, Stream stream, CheckpointLoadOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Load(model, SafetensorsFile.Read(stream), options, "stream");

    /// <summary>Loads a file that was read before.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">The file.</param>
    /// <param name="options">Strictness, names, tolerance; null for the defaults.</param>
    /// <param name="source">How messages name the file.</param>
    /// <inheritdoc cref="Load{T}(Module{T}, string, CheckpointLoadOptions)"/>
    public static CheckpointLoadResult Load<T>(Module<T> model, SafetensorsFile file, CheckpointLoadOptions? options = null, string source = "file")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(file);
        using (NoGrad.Begin()) return new CheckpointLoader<T>(file, options ?? new CheckpointLoadOptions(), source).Load(model);
    }

    /// <summary>Who shares with whom according to a file, to compare with <see cref="SharingGraph.Of"/> of a model; null when the file does not say.</summary>
    /// <exception cref="CheckpointException">The file is damaged.</exception>
    public static SharingGraph? ReadSharing(string path) => SharingMetadata.Read(SafetensorsFile.Read(path), path)?.Graph;

    private static StoredTensor Store<T>(string name, Tensor<T> values, SafetensorsType? type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] elements = values.ToArray();
        Shape shape = values.Shape;
        if (type is null || type == SafetensorsTypes.Of<T>()) return StoredTensor.From<T>(name, shape.Span, elements);
        StoredTensor stored = StoredTensor.Rounded<T>(type.Value, name, shape.Span, elements);
        var back = new double[elements.Length];
        stored.RoundTo<double>(back);
        for (int i = 0; i < back.Length; i++)
        {
            if (!double.IsFinite(back[i]) && T.IsFinite(elements[i]))
            {
                throw new CheckpointException(
                    $"Save: {CheckpointException.Quote(name)} holds {elements[i]} at position {i}, beyond the range of {type}; store it as BF16 or F32.");
            }
        }

        return stored;
    }
}
