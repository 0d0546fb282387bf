using System.Numerics;
using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Checkpoints;

/// <summary>Files of PyTorch's are read, and files for it are written; see tests/fixtures/pytorch and tests/interop.</summary>
public sealed class PyTorchTests
{
    [Fact]
    public void A_convolutional_net_with_a_tied_decoder_loads_and_computes_the_same()
    {
        var model = new TiedNet<float>();
        CheckpointLoadResult result = Checkpoint.Load(model, Fixture("tied_net"), Renames);
        Assert.Empty(result.Missing);
        Assert.Same(model.Encoder.Weight.Parameter, model.Decoder.Weight.Parameter);
        Assert.Equal(3, ((BatchNorm2d<float>)model.Features[1]).BatchesTracked);
        RequireOutputs(model);
        RequireOutputs((TiedNet<double>)Loaded().To<double>());
        RequireOutputs(Loaded().Clone());
    }

    [Fact]
    public void What_PyTorch_reads_back_is_written_beside_the_tests_and_read_by_the_library_itself()
    {
        TiedNet<float> model = Loaded();
        // Other values than PyTorch wrote: what comes back must be ours.
        foreach (Parameter<float> parameter in model.Parameters) parameter.Set(parameter.Value.Detach() * 0.75f);
        model.Evaluate();
        string folder = Path.Combine(AppContext.BaseDirectory, "interop");
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "tied_net.safetensors");
        Checkpoint.Save(model, path);
        Checkpoint.Save(model, Path.Combine(folder, "tied_net.repeated.safetensors"), new() { RepeatAliases = true });
        Tensor<float> input = Read<float>(Cases("tied_net"), "input");
        (Tensor<float> logits, Tensor<float> image) = model.Forward(input);
        new SafetensorsFile([Stored("input", input), Stored("logits", logits), Stored("image", image)]).Write(Path.Combine(folder, "tied_net.cases.safetensors"));

        var other = new TiedNet<float>();
        CheckpointLoadResult result = Checkpoint.Load(other, path);
        other.Evaluate();
        Assert.Empty(result.SharingDifferences);
        Assert.True(other.Verify(Checkpoint.ReadSharing(path)).Holds);
        Assert.Equal(image.ToArray(), other.Forward(input).Image.ToArray());
    }

    [Fact]
    public void Attention_has_PyTorchs_names_layouts_and_results()
    {
        SafetensorsFile cases = Cases("attention");
        Tensor<double> x = Read<double>(cases, "input"), memory = Read<double>(cases, "memory");
        var layer = new MultiHeadAttention<double>(12, 3);
        Checkpoint.Load(layer, Fixture("attention"));
        RequireClose(cases, "self", layer.Forward(x));
        RequireClose(cases, "cross", layer.Forward(x, memory, memory));
        var causal = new MultiHeadAttention<double>(12, 3, causal: true);
        Checkpoint.Load(causal, Fixture("attention"));
        RequireClose(cases, "causal", causal.Forward(x));
    }

    [Fact]
    public void Embedding_normalisations_and_transposed_convolution_have_PyTorchs_names_layouts_and_results()
    {
        SafetensorsFile cases = Cases("norms");
        var model = new Norms();
        Checkpoint.Load(model, Fixture("norms"));
        Tensor<int> symbols = Tensor.From([.. cases["input"].ToArray<long>().Select(symbol => (int)symbol)], [2, 4]);
        RequireClose(cases, "output", model.Forward(symbols));
    }

    private static readonly CheckpointLoadOptions Renames = new() { Renames = new Dictionary<string, string> { ["decoder_bias"] = "decoder.bias" } };

    private static TiedNet<float> Loaded()
    {
        var model = new TiedNet<float>();
        Checkpoint.Load(model, Fixture("tied_net"), Renames);
        return model;
    }

    private static void RequireOutputs<T>(TiedNet<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        model.Evaluate();
        SafetensorsFile cases = Cases("tied_net");
        (Tensor<T> logits, Tensor<T> image) = model.Forward(Read<T>(cases, "input"));
        RequireClose(cases, "logits", logits);
        RequireClose(cases, "image", image);
    }

    private static void RequireClose<T>(SafetensorsFile cases, string name, Tensor<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(cases[name].Shape.ToArray(), actual.Shape.ToArray());
        float[] expected = cases[name].ToArray<float>();
        double[] values = [.. actual.ToArray().Select(double.CreateChecked)];
        double scale = 1 + expected.Max(value => Math.Abs(value));
        for (int i = 0; i < values.Length; i++) Assert.True(Math.Abs(expected[i] - values[i]) <= 1e-5 * scale, $"{name}[{i}]: {values[i]}, PyTorch {expected[i]}");
    }

    private static Tensor<T> Read<T>(SafetensorsFile file, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[file[name].Count];
        file[name].RoundTo<T>(values);
        return Tensor.From(values, new Shape(file[name].Shape));
    }

    private static StoredTensor Stored(string name, Tensor<float> values) => StoredTensor.From<float>(name, values.Shape.ToArray(), values.ToArray());

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "fixtures", "pytorch", $"{name}.safetensors");

    private static SafetensorsFile Cases(string name) => SafetensorsFile.Read(Fixture($"{name}.cases"));

    private sealed class TiedNet<T> : Module<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public TiedNet()
        {
            Features = Register("features", new Sequential<T>(
                new Conv2d<T>(1, 4, 3, padding: 1), new BatchNorm2d<T>(4), new Relu<T>(), new MaxPool2d<T>(2),
                new Conv2d<T>(4, 6, 3, groups: 2), new Relu<T>(), new Flatten<T>()));
            Classifier = Register("classifier", new Dense<T>(24, 10));
            Encoder = Register("encoder", new Dense<T>(24, 5));
            Decoder = Register("decoder", new Dense<T>(5, 24, weight: Encoder.Weight.Transposed()));
        }

        public Sequential<T> Features { get; }

        public Dense<T> Classifier { get; }

        public Dense<T> Encoder { get; }

        public Dense<T> Decoder { get; }

        public (Tensor<T> Logits, Tensor<T> Image) Forward(Tensor<T> x)
        {
            Tensor<T> h = Features.Forward(x);
            return (Classifier.Forward(h), Decoder.Forward(Encoder.Forward(h).Sigmoid()));
        }

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new TiedNet<TOther>();
    }

    private sealed class Norms : Module<double>
    {
        private readonly Embedding<double> embedding;
        private readonly LayerNorm<double> layer;
        private readonly ConvTranspose1d<double> up;
        private readonly GroupNorm<double> group;

        public Norms()
        {
            embedding = Register("embedding", new Embedding<double>(7, 6, paddingIndex: 2));
            layer = Register("layer", new LayerNorm<double>(6));
            up = Register("up", new ConvTranspose1d<double>(6, 4, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2));
            group = Register("group", new GroupNorm<double>(2, 4));
        }

        public Tensor<double> Forward(Tensor<int> symbols) => group.Forward(up.Forward(layer.Forward(embedding.Forward(symbols)).Gelu().Transpose(1, 2)));
    }
}
