using System.Numerics;
using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

public sealed partial class Trainer<T, TInput, TTarget>
{
    // Everything beside the model's own tensors stands below this name, so that the file is also a checkpoint of the model.
    private const string Beside = "training/", OptimizerPart = Beside + "optimizer/", TrainerPart = Beside + "trainer/", RandomPart = Beside + "random/",
        FreePart = Beside + "free/";

    /// <summary>
    /// Writes the whole run into one file, atomically: the model as <see cref="Checkpoint.Save{T}(Module{T}, string, CheckpointOptions)"/> does, the
    /// optimizer's state, schedule and early stopping, the random keys of layers that draw, and the position in the data.
    /// </summary>
    /// <example><code>
    /// trainer.AfterStep = progress =&gt; { if (progress.Step % 100 == 0) trainer.Save("run.safetensors"); };
    /// if (File.Exists("run.safetensors")) trainer.Resume("run.safetensors");
    /// trainer.Fit(train, epochs: 10);
    /// </code></example>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        SafetensorsFile model = Checkpoint.ToFile(Model);
        var tensors = new List<StoredTensor>(model.Tensors);
        Append(tensors, OptimizerPart, Optimizer.State());
        Append(tensors, TrainerPart, State());
        foreach ((string name, IDrawsRandomly module) in Drawing())
        {
            tensors.Add(StoredTensor.From<long>($"{RandomPart}{name}", [2], [unchecked((long)module.Key.Value), module.Draws]));
        }

        // A tied weight is stored in full, and its free values come back from it by a mean, which rounds: they are kept as they are, too.
        foreach ((string name, Parameter<T> parameter) in Tied())
        {
            tensors.Add(StoredTensor.From<T>($"{FreePart}{name}", parameter.Shape.Span, parameter.Value.ToArray()));
        }

        new SafetensorsFile(tensors, model.Metadata).Write(path);
    }

    /// <summary>
    /// Goes on from a file of <see cref="Save"/>: all of it or, when anything is wrong, nothing. The trainer must be made as the one that wrote it was:
    /// the same model, optimizer, schedule and early stopping.
    /// </summary>
    /// <exception cref="CheckpointException">The file is damaged, is no file of a run, or is of another model. The trainer is as before.</exception>
    /// <exception cref="ArgumentException">The file is of another kind of optimizer, schedule or trainer. The trainer is as before.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public void Resume(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        TrainingState<T> optimizer = Part(file, OptimizerPart, path), trainer = Part(file, TrainerPart, path);
        if (trainer.Counters.Count == 0)
        {
            throw new CheckpointException(path, null, $"no entries below {TrainerPart}; it is a model without a run. Load it with Checkpoint.Load.");
        }

        var random = new List<(IDrawsRandomly Module, long[] State)>();
        foreach ((string name, IDrawsRandomly module) in Drawing()) random.Add((module, Read<long>(file[$"{RandomPart}{name}"], [2], path)));
        var free = new List<(Parameter<T> Parameter, T[] Values)>();
        foreach ((string name, Parameter<T> parameter) in Tied())
        {
            free.Add((parameter, Read<T>(file[$"{FreePart}{name}"], parameter.Shape.Span, path)));
        }

        TrainingState<T> optimizerBefore = Optimizer.State(), trainerBefore = State();
        try
        {
            Optimizer.Restore(optimizer);
            Restore(trainer);
            var model = new SafetensorsFile(file.Tensors.Where(tensor => !tensor.Name.StartsWith(Beside, StringComparison.Ordinal)), file.Metadata);
            Checkpoint.Load(Model, model, source: path);
        }
        catch
        {
            Optimizer.Restore(optimizerBefore);
            Restore(trainerBefore);
            throw;
        }

        foreach ((Parameter<T> parameter, T[] values) in free) parameter.Set(Tensor.From<T>(values, parameter.Shape));
        foreach ((IDrawsRandomly module, long[] state) in random) (module.Key, module.Draws) = (new RandomKey(unchecked((ulong)state[0])), state[1]);
    }

    private IEnumerable<(string Name, IDrawsRandomly Module)> Drawing() => Model.NamedModules()
        .Where(pair => pair.Module is IDrawsRandomly).Select(pair => (pair.Name, (IDrawsRandomly)pair.Module)).DistinctBy(pair => pair.Item2);

    private IEnumerable<(string Name, Parameter<T> Parameter)> Tied() => Model.Parameters.Named
        .Where(pair => pair.Weight.Transform.Length > 0).Select(pair => (pair.Name, pair.Weight.Parameter)).DistinctBy(pair => pair.Parameter);

    private static void Append(List<StoredTensor> tensors, string part, TrainingState<T> state)
    {
        foreach ((string name, Tensor<T> tensor) in state.Tensors) tensors.Add(StoredTensor.From<T>(part + "tensors/" + name, tensor.Shape.Span, tensor.ToArray()));
        foreach ((string name, long counter) in state.Counters) tensors.Add(StoredTensor.From<long>(part + "counters/" + name, [], [counter]));
        foreach ((string name, double number) in state.Numbers) tensors.Add(StoredTensor.From<double>(part + "numbers/" + name, [], [number]));
    }

    private static TrainingState<T> Part(SafetensorsFile file, string part, string path)
    {
        var state = new TrainingState<T>();
        foreach (StoredTensor tensor in file.Tensors)
        {
            if (Below("tensors/") is { } name) state.Set(name, Tensor.From<T>(Read<T>(tensor, tensor.Shape, path), new Shape(tensor.Shape)));
            else if (Below("counters/") is { } counter) state.Set(counter, Read<long>(tensor, [], path)[0]);
            else if (Below("numbers/") is { } number) state.Set(number, Read<double>(tensor, [], path)[0]);

            string? Below(string kind) => tensor.Name.StartsWith(part + kind, StringComparison.Ordinal) ? tensor.Name[(part.Length + kind.Length)..] : null;
        }

        return state;
    }

    // Values of exactly this type and shape: a run goes on bit for bit or not at all.
    private static TElement[] Read<TElement>(StoredTensor tensor, ReadOnlySpan<int> shape, string path)
        where TElement : unmanaged, INumber<TElement>
    {
        SafetensorsType type = StoredTensor.From<TElement>(tensor.Name, [0], []).Type;
        if (tensor.Type == type && tensor.Shape.SequenceEqual(shape)) return tensor.ToArray<TElement>();
        throw new CheckpointException(
            path, tensor.Name,
            $"{tensor.Type} {new Shape(tensor.Shape)}; this run needs {type} {new Shape(shape)}. Resume with the element type and model that wrote it.");
    }
}
