using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Layers;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Checkpoints;

public sealed class CheckpointLoaderTests
{
    private static readonly float[] Six = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void A_file_without_our_metadata_loads_as_it_is()
    {
        var model = new Affine<double>(3, 2);
        CheckpointLoadResult result = Checkpoint.Load(model, File(("weight", [2, 3], Six), ("bias", [2], [7, 8])));
        Assert.Equal([1.0, 2, 3, 4, 5, 6], model.Weight.Value.ToArray());
        Assert.Equal([7.0, 8], model.Bias.Value.ToArray());
        Assert.Empty(result.SharingDifferences);
    }

    [Fact]
    public void Strict_loading_lists_all_that_is_missing_unexpected_or_of_another_shape_and_changes_nothing()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        double[][] before = [.. model.Parameters.Select(parameter => parameter.Value.ToArray())];
        CheckpointException error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(
            model, File(("0.weight", [3, 6], new float[18]), ("2.bias", [5], new float[5]), ("head.weight", [1], [1]), ("a", [], [1])), source: "net.safetensors"));
        Assert.Equal(
            "net.safetensors: does not fit the model, which is as before:\n"
            + "  \"2.bias\" has shape [5] in the file and [6] in the model; they must be equal.\n"
            + "  missing in the file (1): 0.bias\n"
            + "  not in the model (2): \"a\", \"head.weight\"\n"
            + " Rename maps names; Strict = false loads what there is.",
            error.Message);
        Assert.Equal(before, model.Parameters.Select(parameter => parameter.Value.ToArray()));
    }

    [Fact]
    public void Loading_what_there_is_returns_the_lists()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        double[] bias = model.Parameters["0.bias"].Value.ToArray();
        CheckpointLoadResult result = Checkpoint.Load(
            model, File(("0.weight", [3, 6], new float[18]), ("head.weight", [1], [1])), new() { Strict = false });
        Assert.Equal(["0.bias", "2.bias"], result.Missing);
        Assert.Equal(["head.weight"], result.Unexpected);
        Assert.Equal(new double[18], model.Parameters["0.weight"].Value.ToArray());
        Assert.Equal(bias, model.Parameters["0.bias"].Value.ToArray());
    }

    [Fact]
    public void Names_are_mapped_by_dictionary_then_by_function()
    {
        var model = new Affine<double>(3, 2);
        Checkpoint.Load(model, File(("fc.W", [2, 3], Six), ("fc.bias", [2], [7, 8]), ("fc.extra", [1], [1])), new()
        {
            Renames = new Dictionary<string, string> { ["fc.W"] = "weight" },
            Rename = name => name == "fc.extra" ? null : name.Replace("fc.", "", StringComparison.Ordinal),
        });
        Assert.Equal([7.0, 8], model.Bias.Value.ToArray());

        Assert.Contains("\"x\" and \"y\" are both renamed to \"bias\"", Assert.Throws<CheckpointException>(() => Checkpoint.Load(
            model, File(("weight", [2, 3], Six), ("x", [2], [1, 2]), ("y", [2], [1, 2])),
            new() { Rename = name => name.Length == 1 ? "bias" : name })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Our_aliases_are_renamed_with_the_rest()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        SafetensorsFile file = Checkpoint.ToFile(new Sequential<double>(model));
        Sequential<double> other = ModuleCloningTests.Tied();
        other.Initialize(8);
        CheckpointLoadResult result = Checkpoint.Load(other, file, new() { Rename = name => name[2..] });
        Assert.Equal(model.Parameters["2.weight"].Value.ToArray(), other.Parameters["2.weight"].Value.ToArray());
        Assert.Empty(result.SharingDifferences);
    }

    [Fact]
    public void Aliases_that_become_one_name_are_an_error()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        Assert.Equal("file: \"2.weight\" and another name are both renamed to \"0.weight\"; names must stay different.", Assert.Throws<CheckpointException>(() => Checkpoint.Load(
            model, Checkpoint.ToFile(model), new() { Rename = name => name == "2.weight" ? "0.weight" : name })).Message);
    }

    [Fact]
    public void A_weight_that_is_not_tied_in_the_file_is_an_error_with_its_distance_or_projected_on_request()
    {
        var model = new Affine<double>(2, 2, tying: Tying.Toeplitz(2, 2));
        SafetensorsFile file = File(("weight", [2, 2], [1, 2, 3, 5]), ("bias", [2], [7, 8]));
        string message = Assert.Throws<CheckpointException>(() => Checkpoint.Load(model, file)).Message;
        Assert.Contains("\"weight\" is tied in the model (toeplitz), not in the file: its distance from tied values is 2.83, 0.453 of its norm; the tolerance is 1E-05.", message, StringComparison.Ordinal);
        Assert.Contains("AcceptUntied = true", message, StringComparison.Ordinal);
        Assert.False(model.Bias.Parameter.IsInitialized);

        CheckpointLoadResult result = Checkpoint.Load(model, file, new() { AcceptUntied = true });
        Assert.Equal([3.0, 2, 3, 3], model.Weight.Value.ToArray());
        Assert.Equal(Math.Sqrt(8), result.Residuals.Single().Residual, 12);
    }

    [Fact]
    public void Values_that_are_tied_to_rounding_are_accepted()
    {
        var model = new Affine<double>(2, 2, tying: Tying.Toeplitz(2, 2));
        Checkpoint.Load(model, File(("weight", [2, 2], [1, 2, 3, MathF.BitIncrement(1)]), ("bias", [2], [7, 8])));
        Assert.Equal(model.Weight.Value[0, 0], model.Weight.Value[1, 1]);
    }

    [Fact]
    public void Two_names_of_one_parameter_with_different_values_are_an_error_naming_both()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        SafetensorsFile good = Checkpoint.ToFile(model, new() { RepeatAliases = true });
        double[] values = good["2.weight"].ToArray<double>();
        values[4] += 0.25;
        var file = new SafetensorsFile([.. good.Tensors.Where(tensor => tensor.Name != "2.weight"), StoredTensor.From<double>("2.weight", [6, 3], values)]);
        Assert.Contains(
            "\"0.weight\" and \"2.weight\" are one parameter in the model and hold different values in the file: the largest difference is 0.25.",
            Assert.Throws<CheckpointException>(() => Checkpoint.Load(model, file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tied_file_fills_an_untied_model_and_the_difference_is_reported()
    {
        Sequential<double> tied = ModuleCloningTests.Tied();
        var untied = new Sequential<double>(new Affine<double>(6, 3), new Sigmoid<double>(), new Affine<double>(3, 6));
        CheckpointLoadResult result = Checkpoint.Load(untied, Checkpoint.ToFile(tied));
        Assert.Equal(tied.Parameters["2.weight"].Value.ToArray(), untied.Parameters["2.weight"].Value.ToArray());
        Assert.Contains(result.SharingDifferences, difference => difference.Kind == SharingDifferenceKind.TieBroken);
    }

    [Fact]
    public void The_canonical_name_may_be_the_transposed_one()
    {
        var inner = new Affine<double>(6, 3);
        var model = new Sequential<double>(new Affine<double>(3, 6, inner.Weight.Transposed()), inner);
        model.Initialize(1);
        SafetensorsFile file = Checkpoint.ToFile(model);
        Assert.Equal([6, 3], file["0.weight"].Shape.ToArray());
        Sequential<double> other = model.Clone();
        other.Initialize(7);
        Checkpoint.Load(other, file);
        Assert.Equal(model.Parameters["1.weight"].Value.ToArray(), other.Parameters["1.weight"].Value.ToArray());
    }

    [Fact]
    public void Frozen_parameters_get_their_values_and_stay_frozen()
    {
        var model = new Affine<double>(3, 2);
        model.Initialize(1);
        model.Freeze();
        Checkpoint.Load(model, File(("weight", [2, 3], Six), ("bias", [2], [7, 8])));
        Assert.All(model.Parameters, parameter => Assert.True(parameter.IsFrozen));
        Assert.Equal([7.0, 8], model.Bias.Value.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"parameters\":[{}],\"buffers\":[]}")]
    [InlineData("{\"parameters\":[{\"free\":[-1],\"names\":[]}],\"buffers\":[]}")]
    [InlineData("{\"parameters\":[{\"free\":[1],\"names\":[{\"name\":7,\"shape\":[1]}]}],\"buffers\":[]}")]
    [InlineData("{\"parameters\":[{\"free\":[1],\"names\":[{\"name\":\"a\",\"shape\":[1]},{\"name\":\"a\",\"shape\":[1]}]}],\"buffers\":[]}")]
    [InlineData("{\"parameters\":[{\"free\":[99999999,99999999],\"names\":[]}],\"buffers\":[]}")]
    [InlineData("{\"parameters\":[{\"free\":[1],\"names\":[{\"name\":\"a\",\"shape\":[1],\"steps\":[{\"kind\":\"x\",\"full\":[1],\"free\":1,\"fingerprint\":\"no\"}]}]}],\"buffers\":[]}")]
    [InlineData("{\"parameters\":[],\"buffers\":[[null]]}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void Damaged_metadata_is_an_error_that_names_it(string text)
    {
        var model = new Affine<double>(3, 2);
        var file = new SafetensorsFile([Tensor("weight", [2, 3], Six), Tensor("bias", [2], [7, 8])], new Dictionary<string, string> { [SharingMetadata.Key] = text });
        Assert.StartsWith("file: its metadata weightsharing.v1 is damaged: ", Assert.Throws<CheckpointException>(() => Checkpoint.Load(model, file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_metadata_is_refused_or_harmless()
    {
        static Sequential<double> Model() => new(ModuleCloningTests.Tied(), new Affine<double>(6, 6, tying: Tying.Toeplitz(6, 6)));
        Sequential<double> model = Model(), target = Model();
        model.Initialize(1);
        SafetensorsFile good = Checkpoint.ToFile(model);
        string text = good.Metadata[SharingMetadata.Key];
        const string Alphabet = "{}[]\",:0129-\\uaw \0";
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 5000; round++)
        {
            char[] mutated = text.ToCharArray();
            for (int change = random.Next(1, 4); change > 0; change--) mutated[random.Next(mutated.Length)] = Alphabet[random.Next(Alphabet.Length)];
            var file = new SafetensorsFile(good.Tensors, new Dictionary<string, string> { [SharingMetadata.Key] = new string(mutated) });
            try
            {
                Checkpoint.Load(target, file, new() { Strict = false });
                Assert.Equal(model.Parameters["0.0.weight"].Value.ToArray(), target.Parameters["0.0.weight"].Value.ToArray());
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 5000);
    }

    [Fact]
    public void Metadata_that_lies_about_shapes_does_no_harm()
    {
        SafetensorsFile good = Checkpoint.ToFile(ModuleCloningTests.Tied());
        var lying = new SafetensorsFile(
            good.Tensors.Where(tensor => tensor.Name != "0.weight").Append(Tensor("0.weight", [18], new float[18])),
            good.Metadata.ToDictionary());
        Sequential<double> model = ModuleCloningTests.Tied();
        Assert.Contains("\"0.weight\" has shape [18] in the file and [3, 6] in the model", Assert.Throws<CheckpointException>(() => Checkpoint.Load(model, lying)).Message, StringComparison.Ordinal);
    }

    private static StoredTensor Tensor(string name, int[] shape, float[] values) => StoredTensor.From<float>(name, shape, values);

    private static SafetensorsFile File(params (string Name, int[] Shape, float[] Values)[] tensors) =>
        new(tensors.Select(tensor => Tensor(tensor.Name, tensor.Shape, tensor.Values)));
}
