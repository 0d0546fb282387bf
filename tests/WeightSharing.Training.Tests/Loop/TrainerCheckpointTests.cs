using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class TrainerCheckpointTests : IDisposable
{
    private const string RunVariable = "TRAINER_RUN_PATH";
    private const int Epochs = 4;
    private readonly string folder = Directory.CreateTempSubdirectory("trainer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Started with the variable set, this program is a training run to be killed: it goes on from its file, if there is one, and saves every step.</summary>
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(RunVariable) is not { Length: > 0 } path) return;
        Trainer<double, double, int> trainer = MakeTrainer();
        if (File.Exists(path)) trainer.Resume(path);
        trainer.AfterStep = progress =>
        {
            trainer.Save(path);
            Console.Out.WriteLine(progress.Step.ToString(CultureInfo.InvariantCulture));
            // Time for whoever wants to kill it.
            Thread.Sleep(5);
        };
        trainer.Fit(MakeSource(), Epochs, MakeSource(), cancellationToken: CancellationToken.None);
        trainer.Save(path);
        Environment.Exit(0);
    }

    [Fact]
    public void A_run_that_is_killed_at_any_moment_and_resumed_ends_bitwise_as_an_unbroken_one()
    {
        Trainer<double, double, int> unbroken = MakeTrainer();
        unbroken.Run(MakeSource(), Epochs, MakeSource());
        string expected = Path.Combine(folder, "unbroken.safetensors"), path = Path.Combine(folder, "broken.safetensors");
        unbroken.Save(expected);

        var random = new Random(3);
        int kills = 0;
        while (!Finished(path, TimeSpan.FromMilliseconds(random.Next(1, 25)))) kills++;
        Assert.InRange(kills, 2, 200);
        Assert.Equal(File.ReadAllBytes(expected), File.ReadAllBytes(path));
    }

    [Fact]
    public void A_trainer_resumed_after_any_step_ends_as_the_one_that_wrote_the_file()
    {
        string file = Path.Combine(folder, "run.safetensors"), end = Path.Combine(folder, "end.safetensors"), again = Path.Combine(folder, "again.safetensors");
        for (int at = 1; at <= 12; at += 3)
        {
            Trainer<double, double, int> first = MakeTrainer();
            first.AfterStep = progress =>
            {
                if (progress.Step == at) first.Save(file);
            };
            first.Run(MakeSource(), Epochs, MakeSource());
            first.Save(end);
            Trainer<double, double, int> second = MakeTrainer();
            second.Resume(file);
            Assert.Equal(at, second.Step);
            second.Run(MakeSource(), Epochs, MakeSource());
            second.Save(again);
            Assert.Equal(File.ReadAllBytes(end), File.ReadAllBytes(again));
        }
    }

    [Fact]
    public void The_file_is_a_checkpoint_of_the_model_too()
    {
        string path = Path.Combine(folder, "run.safetensors");
        Trainer<double, double, int> trainer = MakeTrainer();
        trainer.Run(MakeSource(), 1);
        trainer.Save(path);
        var model = (Sequential<double>)MakeTrainer().Model;
        CheckpointLoadResult result = Checkpoint.Load(model, path, new CheckpointLoadOptions { Strict = false });
        Assert.Empty(result.Missing);
        Assert.All(result.Unexpected, name => Assert.StartsWith("training/", name));
    }

    [Fact]
    public void Resuming_from_a_model_another_optimizer_or_a_damaged_file_changes_nothing()
    {
        string path = Path.Combine(folder, "run.safetensors"), model = Path.Combine(folder, "model.safetensors"), before = Path.Combine(folder, "before.safetensors");
        Trainer<double, double, int> trainer = MakeTrainer();
        trainer.Run(MakeSource(), 1);
        trainer.Save(path);
        Checkpoint.Save(trainer.Model, model);

        Trainer<double, double, int> other = Classifier(MakeModel(), model => new Sgd<double>(model.Parameters, 0.1));
        other.Save(before);
        byte[] unchanged = File.ReadAllBytes(before);
        Assert.Contains("it is a model without a run", Assert.Throws<CheckpointException>(() => other.Resume(model)).Message, StringComparison.Ordinal);
        Assert.Contains("Sgd/step_count is missing", Assert.Throws<ArgumentException>(() => other.Resume(path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(model, File.ReadAllBytes(path)[..^4]);
        Assert.Throws<CheckpointException>(() => other.Resume(model));
        other.Save(before);
        Assert.Equal(unchanged, File.ReadAllBytes(before));

        Trainer<double, double, int> wider = Classifier(MakeModel(hidden: 7), model => new Adam<double>(model.Parameters));
        wider.Save(before);
        unchanged = File.ReadAllBytes(before);
        Assert.ThrowsAny<Exception>(() => wider.Resume(path));
        wider.Save(before);
        Assert.Equal(unchanged, File.ReadAllBytes(before));
    }

    [Fact]
    public void In_the_middle_of_an_epoch_the_source_must_be_the_same()
    {
        string path = Path.Combine(folder, "run.safetensors");
        Trainer<double, double, int> trainer = MakeTrainer();
        trainer.AfterStep = progress =>
        {
            if (progress.Step == 2) trainer.Save(path);
        };
        trainer.Run(MakeSource(), 1);
        Trainer<double, double, int> second = MakeTrainer();
        second.Resume(path);
        string message = Assert.Throws<ArgumentException>(() => second.Run(MakeSource(seed: 6), 1)).Message;
        Assert.Contains(
            "the trainer stands at batch 2 of epoch 1 over 40 examples in 5 batches, shuffled by seed 5; this source has 40 examples in 5 batches, shuffled by seed 6",
            message, StringComparison.Ordinal);
    }

    private static Sequential<double> MakeModel(int hidden = 6)
    {
        // A tied filter whose orbits have three entries: the mean of three equal values rounds.
        Tying thirds = Tying.Of("thirds", [hidden, 3], [.. Enumerable.Range(0, 3 * hidden).Select(i => i / 3)]);
        var free = new Parameter<double>(hidden, Initializer.FanInUniform, new Fan(3, hidden));
        var model = new Sequential<double>(
            new Linear(3, hidden, new Weight<double>(free).Through(thirds)), new BatchNorm1d<double>(hidden), new Tanh<double>(), new Dropout<double>(0.3),
            new Linear(hidden, 3));
        model.Initialize(seed: 2);
        return model;
    }

    private static Trainer<double, double, int> MakeTrainer()
    {
        Sequential<double> model = MakeModel();
        return new Trainer<double, double, int>(
            model, new Adam<double>(model.Parameters, 0.02, weightDecay: 1e-3), model.Forward, (logits, labels) => Loss.CrossEntropy(logits, labels))
        {
            Schedule = Schedule.WarmUp(4) * new ReduceOnPlateau(patience: 1),
            EarlyStopping = new EarlyStopping(patience: 3),
            MaximumGradientNorm = 1,
            CountClasses = Trainer.CountClasses,
        };
    }

    private static Trainer<double, double, int> Classifier(Sequential<double> model, Func<Sequential<double>, Optimizer<double>> optimizer) =>
        Trainer.Classifier(model, optimizer(model));

    private static IDataSource<double, int> MakeSource(long seed = 5)
    {
        Tensor<double> inputs = Tensor.Normal<double>([40, 3], RandomKey.Of(1));
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 3)];
        return new TensorDataSource<double, int>(inputs, Tensor.From(labels), batchSize: 8, seed).Transform(9, new Noise()).Prefetch();
    }

    /// <summary>Starts the run and kills it so long after its first step; true when it came to its end before.</summary>
    private static bool Finished(string path, TimeSpan pause)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(TrainerCheckpointTests).Assembly.Location);
        start.Environment[RunVariable] = path;
        using Process run = Process.Start(start)!;
        run.StandardOutput.ReadLine();
        if (!run.WaitForExit(pause)) run.Kill();
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode == 0;
    }

    private sealed class Noise : ITransform<double>
    {
        public Tensor<double> Apply(Tensor<double> inputs, ReadOnlySpan<int> examples, RandomKey key) =>
            inputs + Tensor.Normal<double>(inputs.Shape, key.Fork(examples[0])) * 0.1;
    }
}
