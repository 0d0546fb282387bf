using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using static WeightSharing.Checkpoints.CheckpointException;

namespace WeightSharing.Checkpoints;

/// <summary>One load: finds the values of everything in the model, gathers what is wrong, and writes only when nothing is.</summary>
/// <typeparam name="T">Element type of the model.</typeparam>
internal sealed class CheckpointLoader<T>(SafetensorsFile file, CheckpointLoadOptions options, string source)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, StoredTensor> stored = new(StringComparer.Ordinal);
    private readonly List<Action> writes = [];
    private readonly List<string> problems = [], missing = [];
    private readonly List<(string Name, double Residual)> residuals = [];
    private SharingMetadata? sharing;

    public CheckpointLoadResult Load(Module<T> model)
    {
        ReadNames();
        ParameterSet<T> set = model.Parameters;
        foreach (Parameter<T> parameter in set)
        {
            Place(set.Named.Where(pair => pair.Weight.Parameter == parameter).Select(pair => (pair.Name, pair.Weight.Shape)), name => Free(name, set[name]), parameter.Set);
        }

        foreach (IGrouping<Tensor<T>, string> buffer in model.Buffers.GroupBy(pair => pair.Buffer, pair => pair.Name))
        {
            Place(buffer.Select(name => (name, buffer.Key.Shape)), name => Values<T>(stored[name]), buffer.Key.CopyFrom);
        }

        foreach (IGrouping<Tensor<long>, string> counter in model.Counters.GroupBy(pair => pair.Counter, pair => pair.Name))
        {
            Place(counter.Select(name => (name, counter.Key.Shape)), name => Values<long>(stored[name]), counter.Key.CopyFrom);
        }

        HashSet<string> known = [.. set.Named.Select(pair => pair.Name), .. model.Buffers.Select(pair => pair.Name), .. model.Counters.Select(pair => pair.Name)];
        string[] unexpected = [.. stored.Keys.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal)];
        if (options.Strict && missing.Count > 0) problems.Add($"missing in the file ({missing.Count}): {string.Join(", ", missing)}");
        if (options.Strict && unexpected.Length > 0) problems.Add($"not in the model ({unexpected.Length}): {string.Join(", ", unexpected.Select(Quote))}");
        if (problems.Count > 0)
        {
            string remedy = options.Strict && missing.Count + unexpected.Length > 0 ? " Rename maps names; Strict = false loads what there is." : "";
            throw new CheckpointException(source, null, $"does not fit the model, which is as before:\n  {string.Join("\n  ", problems)}\n{remedy}".TrimEnd());
        }

        foreach (Action write in writes) write();
        return new CheckpointLoadResult(
            missing, unexpected, residuals, sharing is null ? [] : SharingGraph.Of(model).DifferencesFrom(sharing.Graph));
    }

    private void ReadNames()
    {
        foreach (StoredTensor tensor in file.Tensors)
        {
            if (Renamed(tensor.Name) is not { } name) continue;
            if (!stored.TryAdd(name, tensor))
            {
                problems.Add($"{Quote(stored[name].Name)} and {Quote(tensor.Name)} are both renamed to {Quote(name)}; names must stay different.");
            }
        }

        sharing = SharingMetadata.Read(file, source)?.Renamed(Renamed, source);
        if (sharing is null) return;
        foreach (SharedParameter parameter in sharing.Graph.Parameters) ResolveAliases(parameter);
        foreach (IEnumerable<string> names in sharing.Buffers)
        {
            StoredTensor? first = names.Select(name => stored.GetValueOrDefault(name)).FirstOrDefault(tensor => tensor is not null);
            if (first is null) continue;
            foreach (string name in names) stored.TryAdd(name, first);
        }
    }

    private string? Renamed(string name) =>
        options.Renames is not null && options.Renames.TryGetValue(name, out string? renamed) ? renamed : options.Rename is null ? name : options.Rename(name);

    /// <summary>Gives an alias the values of the name that carries them, transposed where the two see them transposed to each other.</summary>
    private void ResolveAliases(SharedParameter parameter)
    {
        SharedName[] carriers = [.. parameter.Names.Where(name => stored.ContainsKey(name.Name))];
        if (carriers.Length == 0) return;
        SharedName carrier = carriers[0];
        foreach (SharedName alias in parameter.Names)
        {
            // Through tyings, of which the file holds but fingerprints, only a model that ties alike finds its way; it needs no values under this name.
            bool same = alias.Steps.SequenceEqual(carrier.Steps);
            bool turned = alias.Steps.Concat(carrier.Steps).All(step => step == SharingStep.Transposed);
            if (stored.ContainsKey(alias.Name) || !same && !turned) continue;
            bool odd = !same && (alias.Steps.Length + carrier.Steps.Length) % 2 == 1;
            stored[alias.Name] = odd && stored[carrier.Name].Shape.Length >= 2 ? Transposed(stored[carrier.Name]) : stored[carrier.Name];
        }
    }

    /// <summary>Finds the values of one thing under any of its names, all of which must agree, and notes how to write them.</summary>
    private void Place<TElement>(IEnumerable<(string Name, Shape Shape)> names, Func<string, Tensor<TElement>?> read, Action<Tensor<TElement>> write)
        where TElement : unmanaged, INumber<TElement>
    {
        (string Name, Shape Shape)[] all = [.. names], present = [.. all.Where(pair => stored.ContainsKey(pair.Name))];
        if (present.Length == 0)
        {
            missing.Add(all[0].Name);
            return;
        }

        (string Name, Tensor<TElement> Values)? first = null;
        foreach ((string name, Shape shape) in present)
        {
            if (!stored[name].Shape.SequenceEqual(shape.Span))
            {
                problems.Add($"{Quote(name)} has shape {StoredTensor.Text(stored[name].Shape)} in the file and {shape} in the model; they must be equal.");
                continue;
            }

            if (read(name) is not { } values) continue;
            if (first is { } known) RequireAgreement(known.Name, known.Values.ToArray(), name, values.ToArray());
            else first = (name, values);
        }

        if (first is { } found) writes.Add(() => write(found.Values));
    }

    private Tensor<T>? Free(string name, Weight<T> weight)
    {
        Tensor<T> full = Values<T>(stored[name]);
        (Tensor<T> free, double residual) = weight.Solve(full);
        if (weight.Transform.Length == 0) return free;
        residuals.Add((name, residual));
        double norm = Math.Sqrt(full.ToArray().Sum(value => double.CreateChecked(value) * double.CreateChecked(value)));
        if (options.AcceptUntied || residual <= options.Tolerance * norm) return free;
        problems.Add(
            $"{Quote(name)} is tied in the model ({weight.Transform}), not in the file: its distance from tied values is {residual:G3}, {residual / norm:G3} of its norm; the tolerance is {options.Tolerance:G3}. "
            + "Untie the weight, or load it with AcceptUntied = true, which takes the nearest tied values.");
        return null;
    }

    private void RequireAgreement<TElement>(string name, TElement[] values, string other, TElement[] otherValues)
        where TElement : unmanaged, INumber<TElement>
    {
        double largest = 0, magnitude = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Equals(otherValues[i])) continue;
            double a = double.CreateChecked(values[i]), difference = Math.Abs(a - double.CreateChecked(otherValues[i]));
            (largest, magnitude) = (double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference), Math.Max(magnitude, Math.Abs(a)));
        }

        if (largest <= options.Tolerance * magnitude) return;
        problems.Add(
            $"{Quote(name)} and {Quote(other)} are one parameter in the model and hold different values in the file: the largest difference is {largest:G3}. "
            + "Make them equal in the file, leave one of them out (Rename gives null), or untie the model.");
    }

    private static Tensor<TElement> Values<TElement>(StoredTensor tensor)
        where TElement : unmanaged, INumber<TElement>
    {
        var values = new TElement[tensor.Count];
        tensor.RoundTo<TElement>(values);
        return Tensor.Wrap(values, new Shape(tensor.Shape));
    }

    private static StoredTensor Transposed(StoredTensor tensor)
    {
        int size = tensor.Type.Size(), rows = tensor.Shape[^2], columns = tensor.Shape[^1];
        ReadOnlySpan<byte> from = tensor.Data.Span;
        var to = new byte[from.Length];
        for (int i = 0; i < tensor.Count; i++)
        {
            int matrix = i / (rows * columns), r = i / columns % rows, c = i % columns;
            from.Slice(i * size, size).CopyTo(to.AsSpan(((matrix * columns + c) * rows + r) * size));
        }

        int[] shape = tensor.Shape.ToArray();
        (shape[^1], shape[^2]) = (shape[^2], shape[^1]);
        return new StoredTensor(tensor.Name, tensor.Type, shape, to);
    }
}
