using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Layers;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Checkpoints;

public sealed class CheckpointTests
{
    [Fact]
    public void A_model_comes_back_bit_by_bit_with_each_shared_value_stored_once()
    {
        Sequential<double> model = ModuleCloningTests.Tied(), other = ModuleCloningTests.Tied();
        other.Initialize(99);
        SafetensorsFile file = Checkpoint.ToFile(model);
        Assert.Equal(["0.bias", "0.weight", "2.bias"], file.Tensors.Select(tensor => tensor.Name).Order());
        CheckpointLoadResult result = Checkpoint.Load(other, file);
        Assert.All(model.Parameters.Named, pair => Assert.Equal(pair.Weight.Value.ToArray(), other.Parameters[pair.Name].Value.ToArray()));
        Assert.Empty(result.Missing);
        Assert.Empty(result.Unexpected);
        Assert.Empty(result.SharingDifferences);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void A_tied_weight_is_stored_in_full_and_comes_back_bit_by_bit()
    {
        foreach (Tying tying in (Tying[])[Tying.Toeplitz(7, 7), Tying.Circulant(7), Tying.Classes([7, 7], new int[49]), Tying.Antisymmetric(7)])
        {
            var model = new Affine<float>(7, 7, tying: tying);
            model.Initialize(1);
            SafetensorsFile file = Checkpoint.ToFile(model);
            Assert.Equal([7, 7], file["weight"].Shape.ToArray());
            var other = new Affine<float>(7, 7, tying: tying);
            CheckpointLoadResult result = Checkpoint.Load(other, file);
            Assert.Equal(model.Weight.Parameter.Value.ToArray(), other.Weight.Parameter.Value.ToArray());
            Assert.Equal([("weight", 0.0)], result.Residuals);
        }
    }

    [Fact]
    public void The_file_tells_who_shares_with_whom()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        using var folder = new TemporaryFolder();
        Checkpoint.Save(model, folder.File("a.safetensors"));
        Assert.Equal(SharingGraph.Of(model), Checkpoint.ReadSharing(folder.File("a.safetensors")));

        var tied = new Affine<double>(5, 5, tying: Tying.Toeplitz(5, 5));
        tied.Initialize(1);
        Checkpoint.Save(tied, folder.File("b.safetensors"));
        SharingGraph graph = Checkpoint.ReadSharing(folder.File("b.safetensors"))!;
        Assert.Equal(SharingGraph.Of(tied), graph);
        Assert.Equal(new SharingStep("toeplitz", [5, 5], 9, Tying.Toeplitz(5, 5).Fingerprint), graph.Parameters[0].Names[0].Steps.Single());

        new SafetensorsFile([StoredTensor.From<float>("x", [1], [1f])]).Write(folder.File("c.safetensors"));
        Assert.Null(Checkpoint.ReadSharing(folder.File("c.safetensors")));
    }

    [Fact]
    public void Aliases_are_repeated_on_request()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        SafetensorsFile file = Checkpoint.ToFile(model, new() { RepeatAliases = true });
        Assert.Equal(model.Parameters["2.weight"].Value.ToArray(), file["2.weight"].ToArray<double>());
        Assert.Equal([6, 3], file["2.weight"].Shape.ToArray());
        Sequential<double> other = ModuleCloningTests.Tied();
        other.Initialize(9);
        Checkpoint.Load(other, file);
        Assert.Equal(model.Parameters["0.weight"].Value.ToArray(), other.Parameters["0.weight"].Value.ToArray());
    }

    [Theory]
    [InlineData(SafetensorsType.F64, 0.0)]
    [InlineData(SafetensorsType.F32, 6e-8)]
    [InlineData(SafetensorsType.F16, 5e-4)]
    [InlineData(SafetensorsType.BF16, 4e-3)]
    public void Values_are_rounded_to_the_stored_type_and_stay_tied(SafetensorsType type, double error)
    {
        var model = new Affine<double>(6, 6, tying: Tying.Toeplitz(6, 6));
        model.Initialize(2);
        SafetensorsFile file = Checkpoint.ToFile(model, new() { StoredType = type });
        Assert.Equal(type, file["weight"].Type);
        var single = new Affine<float>(6, 6, tying: Tying.Toeplitz(6, 6));
        Assert.Equal(0, Checkpoint.Load(single, file).Residuals.Single().Residual);
        double[] values = model.Weight.Value.ToArray();
        float[] loaded = single.Weight.Value.ToArray();
        for (int i = 0; i < values.Length; i++) Assert.True(Math.Abs(values[i] - loaded[i]) <= Math.Max(error, 6e-8) * Math.Abs(values[i]));
    }

    [Fact]
    public void A_value_beyond_the_stored_type_is_an_error()
    {
        var model = new Affine<float>(1, 1);
        model.Initialize(1);
        model.Bias.Parameter.Set(Tensor.From(70000f));
        Assert.Equal("Save: \"bias\" holds 70000 at position 0, beyond the range of F16; store it as BF16 or F32.",
            Assert.Throws<CheckpointException>(() => Checkpoint.ToFile(model, new() { StoredType = SafetensorsType.F16 })).Message);
    }

    [Fact]
    public void Buffers_and_counters_come_along_and_are_stored_once_for_a_shared_layer()
    {
        var norm = new BatchNorm1d<float>(3);
        var model = new Sequential<float>(norm, new Relu<float>(), norm);
        model.Initialize(1);
        model.Forward(Tensor.Normal<float>([8, 3], RandomKey.Of(1)));
        SafetensorsFile file = Checkpoint.ToFile(model);
        Assert.Equal(
            ["0.bias", "0.num_batches_tracked", "0.running_mean", "0.running_var", "0.weight"], file.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.Equal(SafetensorsType.I64, file["0.num_batches_tracked"].Type);

        var loaded = new BatchNorm1d<float>(3);
        Checkpoint.Load(new Sequential<float>(loaded, new Relu<float>(), loaded), file);
        Assert.Equal(2, loaded.BatchesTracked);
        Assert.Equal(norm.RunningMean!.ToArray(), loaded.RunningMean!.ToArray());
        Assert.Equal(norm.RunningVariance!.ToArray(), loaded.RunningVariance!.ToArray());

        // The layer of a model in which the two places are two layers finds both under its names.
        var first = new BatchNorm1d<float>(3);
        var second = new BatchNorm1d<float>(3);
        CheckpointLoadResult result = Checkpoint.Load(new Sequential<float>(first, new Relu<float>(), second), file);
        Assert.Equal(norm.RunningMean.ToArray(), second.RunningMean!.ToArray());
        Assert.Equal([SharingDifferenceKind.TieBroken, SharingDifferenceKind.TieBroken], result.SharingDifferences.Select(difference => difference.Kind));
    }

    [Fact]
    public void Streams_serve_as_files()
    {
        Sequential<double> model = ModuleCloningTests.Tied(), other = ModuleCloningTests.Tied();
        other.Initialize(3);
        using var stream = new MemoryStream();
        Checkpoint.Save(model, stream, new() { Metadata = new Dictionary<string, string> { ["epoch"] = "12" } });
        stream.Position = 0;
        Checkpoint.Load(other, stream);
        Assert.Equal(model.Parameters["0.weight"].Value.ToArray(), other.Parameters["0.weight"].Value.ToArray());
        Assert.Equal("12", SafetensorsFile.Read(stream.ToArray()).Metadata["epoch"]);
    }

    internal sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("weightsharing");

        public string File(string name) => Path.Combine(folder.FullName, name);

        public void Dispose() => folder.Delete(recursive: true);
    }
}
